import * as z from 'zod';
import * as fields from './dto-fields.ts';
import { storedEvent, storedEvents } from './event-schemas.ts';
import type { Answer } from './operation.ts';

/** The answer of whoever lists events. */
export const pageOfEvents: Answer = {
  status: 200,
  description: 'A page of events.',
  schema: z.object({ events: z.array(storedEvent), ...fields.page }),
  example: {
    events: storedEvents
      .filter(({ eventType }) => eventType === 'OrderCreated')
      .map(({ example }) => example),
  },
};
