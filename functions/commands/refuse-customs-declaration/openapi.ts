import type { OperationContract } from '#api/operation.ts';
import { customsDeclarationChanged, exampleCustomsDeclaration } from '#api/review-dto.ts';

export const contract: OperationContract = {
  tag: 'Reviews',
  summary: 'Refuse a customs declaration',
  description:
    'Cancels the order (`customs_refused`); what was paid is refunded. An escalated declaration can still be decided.',
  requests: { decision: { note: 'Embargo.' } },
  answers: [
    {
      status: 200,
      description: 'Refused.',
      schema: customsDeclarationChanged,
      example: { orderId: exampleCustomsDeclaration.orderId, version: 2, status: 'refused' },
      headers: ['etag'],
    },
  ],
  ifMatch: true,
  rules: [
    'customs_declaration_not_found',
    'customs_declaration_already_decided',
    'customs_declaration_closed',
  ],
};
