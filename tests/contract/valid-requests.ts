import { randomUUID } from 'node:crypto';
import { order } from '#tests/support/commands.ts';
import type { Sent } from '#tests/support/http-event.ts';

/** A request of each operation that is valid, whatever it meets. */
export const valid: Record<string, Sent> = {
  'register-customer': { body: { name: 'Ada', email: 'ada@example.com' } },
  'change-customer': { params: { customerId: 'ada' }, body: { name: 'Ada King' } },
  'list-product': { params: { sku: 'TEA' }, body: { name: 'Tea', price: 12.5 } },
  'withdraw-product': { params: { sku: 'TEA' }, body: {} },
  'place-order': { body: order },
  'ship-order': { params: { orderId: randomUUID() }, body: { carrier: 'UPS', trackingNumber: '1Z' } },
  'deliver-order': { params: { orderId: randomUUID() }, body: {} },
  'cancel-order': { params: { orderId: randomUUID() }, body: { reason: 'late' } },
  'record-payment': { body: { orderId: randomUUID(), amount: 1, reference: 'ch', outcome: 'captured' } },
  'refund-payment': { params: { paymentId: randomUUID() }, body: { reason: 'late' } },
  'approve-fraud-review': { params: { orderId: randomUUID() }, body: { note: 'Known.' } },
  'reject-fraud-review': { params: { orderId: randomUUID() }, body: { note: 'Stolen.' } },
  'clear-customs-declaration': { params: { orderId: randomUUID() }, body: { note: 'MRN 1.' } },
  'refuse-customs-declaration': { params: { orderId: randomUUID() }, body: { note: 'Embargo.' } },
  'receive-stock': { params: { sku: 'TEA' }, body: { quantity: 5 } },
  'get-customer': { params: { customerId: 'ada' } },
  'list-products': {},
  'get-product': { params: { sku: 'TEA' } },
  'get-order': { params: { orderId: randomUUID() } },
  'get-order-events': { params: { orderId: randomUUID() } },
  'list-customer-orders': { params: { customerId: 'ada' } },
  'list-orders': {},
  'list-events': { query: { type: 'OrderCreated' } },
  'get-sales': { query: { from: '2026-11-01', to: '2026-11-02' } },
  'get-stock': { params: { sku: 'TEA' } },
  'list-fraud-reviews': {},
  'list-customs-declarations': {},
  'list-notifications': { query: { orderId: randomUUID() } },
  health: {},
  openapi: {},
  asyncapi: {},
  docs: {},
};
