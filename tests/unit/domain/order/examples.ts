import type { PlaceOrder } from '#domain/order/decisions.ts';
import type { OrderEvent } from '#domain/order/events.ts';

export const DUE = '2026-01-02T00:00:00.000Z';

export const place: PlaceOrder = {
  type: 'place',
  customerId: 'ada',
  items: [
    { sku: 'PEN', name: 'Pen', quantity: 3, unitPrice: 199, tracked: true, backorder: false },
    { sku: 'MUG', name: 'Mug', quantity: 1, unitPrice: 1_250, tracked: true, backorder: false },
  ],
  currency: 'USD',
  shippingAddress: { line1: '1 Main St', city: 'Springfield', postalCode: '01101', country: 'US' },
  paymentTerms: 'prepaid',
  paymentDueAt: DUE,
  holdParameters: { highValueThreshold: 100_000, homeCountry: 'US' },
};

export const created: OrderEvent = {
  eventType: 'OrderCreated',
  data: {
    customerId: 'ada',
    items: place.items,
    total: 1_847,
    currency: 'USD',
    shippingAddress: place.shippingAddress,
    holds: ['stock'],
    paymentTerms: 'prepaid',
    paymentDueAt: DUE,
  },
};

const capture = { paymentId: 'pay-1', captureId: 'c-1', amount: 1_847 };

export const paid: OrderEvent = {
  eventType: 'OrderPaid',
  data: { customerId: 'ada', ...capture, currency: 'USD' },
};

export const stockReady: OrderEvent = {
  eventType: 'OrderHoldReleased',
  data: { customerId: 'ada', hold: 'stock', by: 'consumer:inventory' },
};

export const shipped: OrderEvent = {
  eventType: 'OrderShipped',
  data: { customerId: 'ada', carrier: 'UPS', trackingNumber: '1Z' },
};

export const delivered: OrderEvent = { eventType: 'OrderDelivered', data: { customerId: 'ada' } };

const cancellation = {
  customerId: 'ada',
  reason: 'changed_my_mind',
  total: 1_847,
  currency: 'USD',
  items: [
    { sku: 'PEN', quantity: 3 },
    { sku: 'MUG', quantity: 1 },
  ],
  payments: [],
  holds: ['stock' as const],
};

export const cancelledUnpaid: OrderEvent = { eventType: 'OrderCancelled', data: cancellation };

export const cancelledPaid: OrderEvent = {
  eventType: 'OrderCancelled',
  data: { ...cancellation, payments: [capture] },
};
