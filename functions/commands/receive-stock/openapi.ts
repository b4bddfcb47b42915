import type { OperationContract } from '#api/operation.ts';
import { stockChanged } from '#api/stock-dto.ts';

export const contract: OperationContract = {
  tag: 'Inventory',
  summary: 'Receive stock',
  description: 'Orders that wait for the SKU have it reserved at once, the oldest first.',
  requests: { delivery: { quantity: 10 } },
  answers: [
    {
      status: 200,
      description: 'Received.',
      schema: stockChanged,
      example: { sku: 'LAPTOP-14', version: 3, onHand: 10, reserved: 1 },
      headers: ['etag'],
    },
  ],
  ifMatch: true,
  rules: ['stock_too_large'],
};
