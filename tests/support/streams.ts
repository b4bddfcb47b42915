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

/** An order's life, of which a test takes as much as it needs; 2 × 12.50 + 1 × 4.99 USD. */
export const orderLife = (customerId: string): NewDomainEvent[] => [
  {
    eventType: 'OrderCreated',
    data: {
      customerId,
      items: [
        { sku: 'MUG', name: 'Mug', quantity: 2, unitPrice: 1_250 },
        { sku: 'PEN', name: 'Pen', quantity: 1, unitPrice: 499 },
      ],
      total: 2_999,
      currency: 'USD',
      shippingAddress: address,
    },
  },
  { eventType: 'OrderPaid', data: { customerId, paymentId: 'pay-1', amount: 2_999, currency: 'USD' } },
  { eventType: 'OrderShipped', data: { customerId, carrier: 'UPS', trackingNumber: '1Z' } },
  { eventType: 'OrderDelivered', data: { customerId } },
];

/** The first `events` events of an order's life. */
export const orderStream = (orderId: string, customerId: string, at: string, events = 4) =>
  streamAt(at, 'order', orderId, orderLife(customerId).slice(0, events));
