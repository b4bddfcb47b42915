import type { OperationContract } from '#api/operation.ts';
import { exampleOrderId, orderChanged } from '#api/order-dto.ts';

export const contract: OperationContract = {
  tag: 'Orders',
  summary: 'Ship an order',
  description:
    'A paid order leaves the warehouse. The same carrier and tracking number again change nothing.',
  requests: { parcel: { carrier: 'UPS', trackingNumber: '1Z999AA10123456784' } },
  answers: [
    {
      status: 200,
      description: 'Shipped.',
      schema: orderChanged,
      example: { orderId: exampleOrderId, version: 3, status: 'shipped' },
      headers: ['etag'],
    },
  ],
  ifMatch: true,
  rules: ['order_not_found', 'order_not_paid', 'order_on_hold', 'order_already_shipped', 'order_cancelled'],
};
