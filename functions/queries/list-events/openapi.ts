import type { OperationContract } from '#api/operation.ts';
import { pageOfEvents } from '#api/page-of-events.ts';

export const contract: OperationContract = {
  tag: 'Audit',
  summary: 'List events of a type',
  description:
    "Every event of a type in the order of time, as it is stored, lifted to today's schema: money in minor units. What was appended within the last second may be missing.",
  parameters: {
    from: {
      description: 'Inclusive; the last 24 hours where it is left out',
      example: '2026-11-23T00:00:00Z',
    },
    to: {
      description: 'Exclusive, at most 31 days after `from`; now where it is left out',
      example: '2026-11-24T00:00:00Z',
    },
  },
  answers: [pageOfEvents],
};
