import * as z from 'zod';
import * as fields from '#api/dto-fields.ts';
import type { OperationContract } from '#api/operation.ts';
import { exampleOrder, order } from '#api/order-dto.ts';

export const contract: OperationContract = {
  tag: 'Orders',
  summary: 'List all orders',
  description: "Everybody's, newest first.",
  answers: [
    {
      status: 200,
      description: 'A page of orders.',
      schema: z.object({ orders: z.array(order), ...fields.page }),
      example: { orders: [exampleOrder], cursor: fields.exampleCursor },
    },
  ],
};
