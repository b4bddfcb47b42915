import * as z from 'zod';
import * as fields from '#api/dto-fields.ts';
import type { OperationContract } from '#api/operation.ts';

export const contract: OperationContract = {
  tag: 'Reports',
  summary: 'List fraud reviews',
  description: 'One for each order of high value, newest first.',
  answers: [
    {
      status: 200,
      description: 'A page of reviews.',
      schema: z.object({
        fraudReviews: z.array(
          z
            .object({
              orderId: fields.orderId,
              customerId: fields.customerId,
              total: fields.money,
              currency: fields.currency,
              country: fields.country,
              status: z.literal('open'),
              score: z
                .int()
                .min(0)
                .max(100)
                .meta({ description: "The sum of the reasons' points, 100 at most" }),
              level: z.enum(['low', 'medium', 'high']),
              reasons: z.array(
                z.object({
                  rule: z.enum([
                    'high_value',
                    'foreign_country',
                    'bulk_quantity',
                    'several_of_high_price',
                    'many_products',
                  ]),
                  points: z.int().positive(),
                }),
              ),
              createdAt: fields.timestamp,
            })
            .meta({ id: 'FraudReview' }),
        ),
        ...fields.page,
      }),
      example: {
        fraudReviews: [
          {
            orderId: 'fbdd7f74-f500-51a7-aa8e-e2964f6a9b52',
            customerId: 'ada',
            total: 1299,
            currency: 'USD',
            country: 'US',
            status: 'open',
            score: 20,
            level: 'low',
            reasons: [{ rule: 'high_value', points: 20 }],
            createdAt: '2026-11-23T09:00:00.000Z',
          },
        ],
      },
    },
  ],
};
