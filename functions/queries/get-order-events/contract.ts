import * as z from 'zod';
import { storedEvent, storedEvents } from '../../../shared/contract/events.ts';
import * as fields from '../../../shared/contract/fields.ts';
import type { OperationContract } from '../../../shared/contract/operation.ts';
import { notFound } from '../../../shared/http/problem.ts';

export const contract: OperationContract = {
  tag: 'Audit',
  summary: "List an order's events",
  description:
    "The audit trail, oldest first, strongly consistent; one's own, or any with `orders:manage`. Events as they are stored, lifted to today's schemas: money in minor units.",
  answers: [
    {
      status: 200,
      description: 'A page of events.',
      schema: z.object({ events: z.array(storedEvent), ...fields.page }),
      example: {
        events: storedEvents
          .filter(({ eventType }) => eventType === 'OrderCreated')
          .map(({ example }) => example),
      },
    },
  ],
  problems: [notFound('There is no such order.')],
};
