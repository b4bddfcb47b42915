import * as fields from '#api/dto-fields.ts';
import type { OperationContract } from '#api/operation.ts';
import { exampleAddress, exampleItem, exampleOrderId, orderChanged } from '#api/order-dto.ts';
import { forbidden } from '#kit/http/problem.ts';

export const contract: OperationContract = {
  tag: 'Orders',
  summary: 'Place an order',
  description:
    'For the caller, or with `orders:manage` for another `customerId`. In the currency of the deployment; `unitPrice` has no more decimals than that currency.',
  requests: {
    order: { items: [exampleItem], shippingAddress: exampleAddress },
    abroad: {
      items: [
        { sku: 'TEA-01', name: 'Green tea', quantity: 2, unitPrice: 12.5 },
        { sku: 'CUP-02', name: 'Cup', quantity: 4, unitPrice: 8 },
      ],
      shippingAddress: {
        line1: '12 Rue de Rivoli',
        line2: '3e étage',
        city: 'Paris',
        postalCode: '75004',
        country: 'FR',
      },
    },
  },
  answers: [
    {
      status: 201,
      description: 'Placed.',
      schema: orderChanged.extend({ total: fields.money }),
      example: { orderId: exampleOrderId, version: 1, status: 'pending', total: 1299 },
      headers: ['etag', 'location'],
    },
  ],
  rules: ['order_already_exists', 'order_total_too_large'],
  problems: [forbidden('Acting for another customer needs the scope orders:manage.')],
};
