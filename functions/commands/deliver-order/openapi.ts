import type { OperationContract } from '#api/operation.ts';
import { exampleOrderId, orderChanged } from '#api/order-dto.ts';

export const contract: OperationContract = {
  tag: 'Orders',
  summary: 'Deliver an order',
  description: 'The parcel has arrived. The body is empty, or `{}`.',
  requests: { delivered: {} },
  answers: [
    {
      status: 200,
      description: 'Delivered.',
      schema: orderChanged,
      example: { orderId: exampleOrderId, version: 4, status: 'delivered' },
      headers: ['etag'],
    },
  ],
  ifMatch: true,
  rules: ['order_not_found', 'order_not_shipped', 'order_cancelled'],
};
