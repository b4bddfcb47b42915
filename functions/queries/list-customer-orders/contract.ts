import * as z from 'zod';
import * as fields from '../../../shared/contract/fields.ts';
import type { OperationContract } from '../../../shared/contract/operation.ts';
import { exampleOrder, order } from '../../../shared/contract/orders.ts';
import { notFound } from '../../../shared/http/problem.ts';

export const contract: OperationContract = {
  tag: 'Orders',
  summary: "List a customer's orders",
  description:
    "Newest first; one's own, or anyone's with `orders:manage`. None for a customer who never ordered.",
  answers: [
    {
      status: 200,
      description: 'A page of orders.',
      schema: z.object({ orders: z.array(order), ...fields.page }),
      example: { orders: [exampleOrder] },
    },
  ],
  problems: [notFound('There is no such customer.')],
};
