import { customer } from '#api/customer-dto.ts';
import type { OperationContract } from '#api/operation.ts';
import { notFound } from '#kit/http/problem.ts';

export const contract: OperationContract = {
  tag: 'Customers',
  summary: 'Get a customer',
  description:
    'As far as the view has got. To anyone but that customer and `orders:manage`, the customer does not exist.',
  answers: [
    {
      status: 200,
      description: 'The customer.',
      schema: customer,
      example: {
        customerId: 'ada',
        name: 'Ada Lovelace',
        email: 'ada@example.com',
        createdAt: '2026-11-23T09:00:00.000Z',
        updatedAt: '2026-11-23T09:00:00.000Z',
        version: 1,
      },
      headers: ['etag'],
    },
  ],
  problems: [notFound('There is no such customer.')],
};
