import { type AggregateType, type DomainEventFrom, type NewDomainEvent, registry } from '#domain/index.ts';
import { storedStreamAt } from './stored-stream.ts';

/** A stream of the shop as it would be stored; see `storedStreamAt`. */
export const streamAt = <Aggregate extends AggregateType>(
  at: string,
  aggregateType: Aggregate,
  aggregateId: string,
  events: readonly NewDomainEvent[],
): DomainEventFrom<Aggregate>[] =>
  storedStreamAt(registry, at, aggregateType, aggregateId, events) as DomainEventFrom<Aggregate>[];

const address = { line1: '1 Main St', city: 'Springfield', postalCode: '01101', country: 'US' };

/** What OrderCreated carries of an order that nothing holds back. */
export const nothingHeld = {
  holds: [],
  paymentTerms: 'prepaid' as const,
  paymentDueAt: '2099-01-01T00:00:00.000Z',
};

/** What an order took of the payment that paid it. */
export const wholeCapture = { paymentId: 'pay-1', captureId: 'ch_1:2999', amount: 2_999 };

/** The cancellation of the order of `orderLife`, after it was paid or before. */
export const cancellation = (
  reason = 'changed_my_mind',
  payments = [wholeCapture].slice(1),
): NewDomainEvent => ({
  eventType: 'OrderCancelled',
  data: {
    customerId: 'ada',
    reason,
    total: 2_999,
    currency: 'USD',
    items: [
      { sku: 'MUG', quantity: 2 },
      { sku: 'PEN', quantity: 1 },
    ],
    payments,
    holds: [],
  },
});

/** An order's life, of which a test takes as much as it needs; 2 × 12.50 + 1 × 4.99 USD. */
export const orderLife = (customerId: string): NewDomainEvent[] => [
  {
    eventType: 'OrderCreated',
    data: {
      customerId,
      items: [
        { sku: 'MUG', name: 'Mug', quantity: 2, unitPrice: 1_250, tracked: true, backorder: false },
        { sku: 'PEN', name: 'Pen', quantity: 1, unitPrice: 499, tracked: true, backorder: false },
      ],
      total: 2_999,
      currency: 'USD',
      shippingAddress: address,
      ...nothingHeld,
    },
  },
  { eventType: 'OrderPaid', data: { customerId, ...wholeCapture, currency: 'USD' } },
  { eventType: 'OrderShipped', data: { customerId, carrier: 'UPS', trackingNumber: '1Z' } },
  { eventType: 'OrderDelivered', data: { customerId } },
];

/** The first `events` events of an order's life. */
export const orderStream = (orderId: string, customerId: string, at: string, events = 4) =>
  streamAt(at, 'order', orderId, orderLife(customerId).slice(0, events));
