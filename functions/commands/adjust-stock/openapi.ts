import type { OperationContract } from '#api/operation.ts';
import { stockChanged } from '#api/stock-dto.ts';

export const contract: OperationContract = {
  tag: 'Inventory',
  summary: 'Adjust stock',
  description:
    'Corrects what the books say, never to less than is reserved. What is more is reserved for orders that wait.',
  requests: { damaged: { by: -1, reason: 'damaged' }, found: { by: 3, reason: 'stocktaking' } },
  answers: [
    {
      status: 200,
      description: 'Adjusted.',
      schema: stockChanged,
      example: { sku: 'LAPTOP-14', version: 3, onHand: 9, reserved: 1 },
      headers: ['etag'],
    },
  ],
  ifMatch: true,
  rules: ['stock_too_large', 'stock_below_reserved'],
};
