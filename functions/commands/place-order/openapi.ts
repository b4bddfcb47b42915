import * as fields from '#api/dto-fields.ts';
import type { OperationContract } from '#api/operation.ts';
import { exampleAddress, exampleOrderId, orderChanged } from '#api/order-dto.ts';
import { forbidden } from '#kit/http/problem.ts';
import { priceChanged } from './catalogue-items.ts';
import { invoiceForbidden } from './handler.ts';

export const contract: OperationContract = {
  tag: 'Orders',
  summary: 'Place an order',
  description:
    "For the caller, or with `orders:manage` for another `customerId`. Names and prices are the catalogue's, as `GET /products/{sku}` shows them. `unitPrice` is the price that the customer saw, in the currency of the deployment: where it is another one by now, the order is refused (409 `price_changed`) with `currentPrices`. `paymentTerms`: `prepaid` (the default) orders are cancelled if they are not paid in time; `invoice` needs `orders:manage`.",
  requests: {
    order: {
      items: [{ sku: 'LAPTOP-14', quantity: 1, unitPrice: 1299 }],
      shippingAddress: exampleAddress,
    },
    abroad: {
      items: [
        { sku: 'TEA-01', quantity: 2 },
        { sku: 'MUG-01', quantity: 4 },
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
  problems: [
    forbidden('Acting for another customer needs the scope orders:manage.'),
    invoiceForbidden(),
    priceChanged(
      [{ sku: 'LAPTOP-14', price: 1399, currency: 'USD' }],
      [{ path: 'items[0].unitPrice', message: 'is 1399 USD by now' }],
    ),
  ],
};
