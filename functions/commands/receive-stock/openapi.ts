import * as z from 'zod';
import * as fields from '#api/dto-fields.ts';
import type { OperationContract } from '#api/operation.ts';

export const contract: OperationContract = {
  tag: 'Inventory',
  summary: 'Receive stock',
  description: 'From its first receipt on a SKU is tracked.',
  requests: { delivery: { quantity: 10 } },
  answers: [
    {
      status: 200,
      description: 'Received.',
      schema: z.object({
        sku: fields.sku,
        version: fields.version,
        onHand: z.int().meta({ description: 'What is reserved included' }),
        reserved: z.int().min(0),
      }),
      example: { sku: 'LAPTOP-14', version: 3, onHand: 10, reserved: 1 },
      headers: ['etag'],
    },
  ],
  ifMatch: true,
  rules: ['stock_too_large'],
};
