import * as z from 'zod';
import * as fields from '#api/dto-fields.ts';
import type { OperationContract } from '#api/operation.ts';
import { notFound } from '#kit/http/problem.ts';

export const contract: OperationContract = {
  tag: 'Inventory',
  summary: 'Get the stock of a SKU',
  description: 'What there is and what is spoken for, as far as the view has got.',
  answers: [
    {
      status: 200,
      description: 'The stock.',
      schema: z
        .object({
          sku: fields.sku,
          onHand: fields.onHand,
          reserved: fields.reserved,
          available: z.int().meta({ description: '`onHand` less `reserved`' }),
          backordered: z.int().min(0).meta({ description: 'What orders wait for' }),
          updatedAt: fields.timestamp,
          version: fields.version,
        })
        .meta({ id: 'Stock' }),
      example: {
        sku: 'LAPTOP-14',
        onHand: 10,
        reserved: 1,
        available: 9,
        backordered: 0,
        updatedAt: '2026-11-23T09:00:01.105Z',
        version: 2,
      },
      headers: ['etag'],
    },
  ],
  problems: [notFound('This SKU has never been received or ordered.')],
};
