import * as z from 'zod';
import * as fields from '#api/dto-fields.ts';
import type { OperationContract } from '#api/operation.ts';

export const contract: OperationContract = {
  tag: 'Reports',
  summary: 'Get sales by day',
  description:
    'The numbers of each day (UTC) of a range, both ends included; zeros for a day without sales. Every event counts on its own day, so that `refunded` and `revenue` may be negative.',
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
              ordered: fields.money.meta({ description: 'The totals of these orders' }),
              cancelled: z.int().min(0),
              cancelledAmount: fields.money.meta({ description: 'The totals of the cancelled ones' }),
              shipped: z.int().min(0),
              captured: fields.money,
              refunded: z.number().meta({
                description: 'In major units: given back or charged back, less what came back on that day',
              }),
              revenue: z.number().meta({ description: 'In major units: captured less refunded' }),
            })
            .meta({ id: 'SalesDay' }),
        ),
      }),
      example: {
        currency: 'USD',
        days: [
          {
            date: '2026-11-01',
            orders: 12,
            ordered: 15_588,
            cancelled: 1,
            cancelledAmount: 1_299,
            shipped: 9,
            captured: 14_289,
            refunded: 1_299,
            revenue: 12_990,
          },
        ],
      },
    },
  ],
};
