import type { OperationContract } from '#api/operation.ts';
import { exampleOrderId } from '#api/order-dto.ts';
import { fraudReviewChanged } from '#api/review-dto.ts';

export const contract: OperationContract = {
  tag: 'Reviews',
  summary: 'Reject a fraud review',
  description:
    'Cancels the order (`fraud_rejected`); what was paid is refunded. An escalated review can still be decided.',
  requests: { decision: { note: 'Stolen card.' } },
  answers: [
    {
      status: 200,
      description: 'Rejected.',
      schema: fraudReviewChanged,
      example: { orderId: exampleOrderId, version: 2, status: 'rejected' },
      headers: ['etag'],
    },
  ],
  ifMatch: true,
  rules: ['fraud_review_not_found', 'fraud_review_already_decided', 'fraud_review_closed'],
};
