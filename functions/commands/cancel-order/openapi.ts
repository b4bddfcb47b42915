import type { OperationContract } from '#api/operation.ts';
import { exampleOrderId, orderChanged } from '#api/order-dto.ts';

export const contract: OperationContract = {
  tag: 'Orders',
  summary: 'Cancel an order',
  description: "One's own, or any with `orders:manage`, until it is shipped. What was paid is refunded.",
  requests: { reason: { reason: 'changed_my_mind' } },
  answers: [
    {
      status: 200,
      description: 'Cancelled.',
      schema: orderChanged,
      example: { orderId: exampleOrderId, version: 2, status: 'cancelled' },
      headers: ['etag'],
    },
  ],
  ifMatch: true,
  rules: ['order_not_found', 'order_already_shipped', 'order_already_delivered', 'order_already_cancelled'],
};
