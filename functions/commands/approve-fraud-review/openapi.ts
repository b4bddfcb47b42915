import type { OperationContract } from '#api/operation.ts';
import { exampleOrderId } from '#api/order-dto.ts';
import { fraudReviewChanged } from '#api/review-dto.ts';

export const contract: OperationContract = {
  tag: 'Reviews',
  summary: 'Approve a fraud review',
  description: 'Releases the hold `fraud` of the order. An escalated review can still be decided.',
  requests: { decision: { note: 'Known customer.' } },
  answers: [
    {
      status: 200,
      description: 'Approved.',
      schema: fraudReviewChanged,
      example: { orderId: exampleOrderId, version: 2, status: 'approved' },
      headers: ['etag'],
    },
  ],
  ifMatch: true,
  rules: ['fraud_review_not_found', 'fraud_review_already_decided', 'fraud_review_closed'],
};
