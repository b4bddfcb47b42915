import * as z from 'zod';
import * as fields from '#api/dto-fields.ts';
import type { OperationContract } from '#api/operation.ts';

export const contract: OperationContract = {
  tag: 'Customers',
  summary: 'Rename a customer',
  description: 'To anyone but that customer and `orders:manage`, the customer does not exist.',
  requests: { name: { name: 'Ada King' } },
  answers: [
    {
      status: 200,
      description: 'Renamed, or so called already.',
      schema: z.object({ customerId: fields.customerId, version: fields.version }),
      example: { customerId: 'ada', version: 2 },
      headers: ['etag'],
    },
  ],
  ifMatch: true,
  rules: ['customer_not_found'],
};
