import * as z from 'zod';
import * as fields from '#api/dto-fields.ts';
import { exampleNotification, notification } from '#api/notification-dto.ts';
import type { OperationContract } from '#api/operation.ts';

export const contract: OperationContract = {
  tag: 'Reports',
  summary: "List an order's notifications",
  description:
    'What its customer and staff were told, oldest first. Dev and local only record it, other stages send it by email as well. None for an order that nobody heard of.',
  answers: [
    {
      status: 200,
      description: 'A page of notifications.',
      schema: z.object({ notifications: z.array(notification), ...fields.page }),
      example: { notifications: [exampleNotification] },
    },
  ],
};
