import { customerChanged } from '#api/customer-dto.ts';
import type { OperationContract } from '#api/operation.ts';
import { forbidden } from '#kit/http/problem.ts';

export const contract: OperationContract = {
  tag: 'Customers',
  summary: 'Register a customer',
  description: 'Without `customerId` the caller. Another than the caller needs `orders:manage`.',
  requests: { customer: { name: 'Ada Lovelace', email: 'ada@example.com' } },
  answers: [
    {
      status: 201,
      description: 'Registered.',
      schema: customerChanged,
      example: { customerId: 'ada', version: 1 },
      headers: ['etag'],
    },
  ],
  rules: ['customer_already_registered'],
  problems: [forbidden('Acting for another customer needs the scope orders:manage.')],
};
