import * as z from 'zod';
import * as fields from '#api/dto-fields.ts';
import type { OperationContract } from '#api/operation.ts';
import { examplePayment, payment } from '#api/payment-dto.ts';
import { notFound } from '#kit/http/problem.ts';

export const contract: OperationContract = {
  tag: 'Payments',
  summary: "List an order's payments",
  description:
    "What providers have reported for it, and what became of the money, newest first; one's own order, or any with `orders:manage`. The view follows the events within moments.",
  answers: [
    {
      status: 200,
      description: 'A page of payments.',
      schema: z.object({ payments: z.array(payment), ...fields.page }),
      example: { payments: [examplePayment] },
    },
  ],
  problems: [notFound('There is no such order.')],
};
