import * as z from 'zod';
import * as fields from '../../../shared/contract/fields.ts';
import type { OperationContract } from '../../../shared/contract/operation.ts';
import { exampleOrder, order } from '../../../shared/contract/orders.ts';

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
