import type { OperationContract } from '#api/operation.ts';
import { pageOfEvents } from '#api/page-of-events.ts';

export const contract: OperationContract = {
  tag: 'Audit',
  summary: 'List events of a type',
  description:
    "Every event of a type in the order of time, as it is stored, lifted to today's schema: money in minor units. The last five seconds are left out, so that nothing turns up later in front of a cursor. A page that holds events has a cursor, also the last one: going on from it later brings what has happened since. A page with a cursor may be short, even empty; an empty page without one is the end.",
  parameters: {
    from: {
      description: 'Inclusive; the last 24 hours where it is left out',
      example: '2026-11-23T00:00:00Z',
    },
    to: {
      description: 'Exclusive; now where it is left out',
      example: '2026-11-24T00:00:00Z',
    },
  },
  answers: [pageOfEvents],
};
