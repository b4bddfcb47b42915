import { customerChanged } from '#api/customer-dto.ts';
import type { OperationContract } from '#api/operation.ts';

export const contract: OperationContract = {
  tag: 'Customers',
  summary: 'Change a customer',
  description:
    'Another name, another email, or both. Notifications go to the new email from then on. To anyone but that customer and `orders:manage`, the customer does not exist.',
  requests: { name: { name: 'Ada King' }, email: { email: 'ada@king.example' } },
  answers: [
    {
      status: 200,
      description: 'Changed, or so already.',
      schema: customerChanged,
      example: { customerId: 'ada', version: 2 },
      headers: ['etag'],
    },
  ],
  ifMatch: true,
  rules: ['customer_not_found', 'customer_changed_too_often'],
};
