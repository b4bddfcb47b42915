import * as z from 'zod';
import * as fields from '#api/dto-fields.ts';
import type { OperationContract } from '#api/operation.ts';

export const contract: OperationContract = {
  tag: 'Reports',
  summary: 'Get sales by day',
  description:
    'The numbers of each day (UTC) of a range, both ends included; zeros for a day without sales. Cancellations count on their own day, so that `revenue` may be negative.',
  parameters: {
    from: { description: 'The first day', example: '2026-11-01' },
    to: { description: 'The last day, at most 91 days later', example: '2026-11-30' },
  },
  answers: [
    {
      status: 200,
      description: 'Every day of the range.',
      schema: z.object({
        currency: fields.currency,
        days: z.array(
          z
            .object({
              date: z.iso.date(),
              orders: z.int().min(0),
              cancelled: z.int().min(0),
              shipped: z.int().min(0),
              revenue: z.number().meta({ description: 'In major units: created less cancelled' }),
            })
            .meta({ id: 'SalesDay' }),
        ),
      }),
      example: {
        currency: 'USD',
        days: [{ date: '2026-11-01', orders: 12, cancelled: 1, shipped: 9, revenue: 15_588 }],
      },
    },
  ],
};
