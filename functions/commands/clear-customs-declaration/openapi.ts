import type { OperationContract } from '#api/operation.ts';
import { customsDeclarationChanged, exampleCustomsDeclaration } from '#api/review-dto.ts';

export const contract: OperationContract = {
  tag: 'Reviews',
  summary: 'Clear a customs declaration',
  description: 'Releases the hold `customs` of the order. An escalated declaration can still be decided.',
  requests: { decision: { note: 'Accepted as MRN 26FR1.' } },
  answers: [
    {
      status: 200,
      description: 'Cleared.',
      schema: customsDeclarationChanged,
      example: { orderId: exampleCustomsDeclaration.orderId, version: 2, status: 'cleared' },
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
