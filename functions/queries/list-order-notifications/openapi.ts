import * as z from 'zod';
import * as fields from '#api/dto-fields.ts';
import { exampleNotification, notification } from '#api/notification-dto.ts';
import type { OperationContract } from '#api/operation.ts';
import { notFound } from '#kit/http/problem.ts';

export const contract: OperationContract = {
  tag: 'Orders',
  summary: 'List what a customer was told about an order',
  description:
    "One's own order, or any with `orders:manage`; oldest first. Dev and local only record it, other stages send it by email as well. Messages to staff are in `GET /notifications` alone.",
  answers: [
    {
      status: 200,
      description: 'A page of notifications.',
      schema: z.object({ notifications: z.array(notification), ...fields.page }),
      example: { notifications: [exampleNotification] },
    },
  ],
  problems: [notFound('There is no such order.')],
};
