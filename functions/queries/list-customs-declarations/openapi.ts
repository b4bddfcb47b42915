import * as z from 'zod';
import * as fields from '#api/dto-fields.ts';
import type { OperationContract } from '#api/operation.ts';
import { orderItem } from '#api/order-dto.ts';

export const contract: OperationContract = {
  tag: 'Reports',
  summary: 'List customs declarations',
  description: 'One for each order that leaves the home country, newest first.',
  answers: [
    {
      status: 200,
      description: 'A page of declarations.',
      schema: z.object({
        customsDeclarations: z.array(
          z
            .object({
              orderId: fields.orderId,
              customerId: fields.customerId,
              country: fields.country,
              currency: fields.currency,
              value: fields.money,
              items: z.array(orderItem),
              status: z.literal('opened'),
              createdAt: fields.timestamp,
            })
            .meta({ id: 'CustomsDeclaration' }),
        ),
        ...fields.page,
      }),
      example: {
        customsDeclarations: [
          {
            orderId: '5b1f6a44-0a3a-5a57-8f6e-2f4f6f0d8c11',
            customerId: 'ada',
            country: 'FR',
            currency: 'USD',
            value: 57,
            items: [{ sku: 'TEA-01', name: 'Green tea', quantity: 2, unitPrice: 12.5 }],
            status: 'opened',
            createdAt: '2026-11-23T09:00:00.000Z',
          },
        ],
      },
    },
  ],
};
