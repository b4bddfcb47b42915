import * as z from 'zod';
import * as fields from '#api/dto-fields.ts';
import type { OperationContract } from '#api/operation.ts';
import { exampleOrder, order } from '#api/order-dto.ts';
import { notFound } from '#kit/http/problem.ts';

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
