import { describe, expect, it } from '@jest/globals';
import type { OrderEvent } from '#domain/order/events.ts';
import { type OrderView, orderView, waitsFor } from '#domain/order/view.ts';
import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import { storedStream, timeOf } from '#tests/support/stored-events.ts';
import { cancelledPaid, created, DUE, delivered, paid, place, shipped, stockReady } from './examples.ts';

const viewOf = (...events: OrderEvent[]): OrderView | undefined =>
  storedStream('order', 'o-1', events).reduce<OrderView | undefined>(orderView, undefined);

const placed = {
  orderId: 'o-1',
  customerId: 'ada',
  items: place.items.map(({ tracked: _, backorder: __, ...line }) => line),
  total: 1_847,
  currency: 'USD',
  shippingAddress: place.shippingAddress,
  paymentTerms: 'prepaid',
  paymentDueAt: DUE,
  holds: ['stock'],
  payments: [],
  createdAt: timeOf(1),
};

const payments = [{ paymentId: 'pay-1', captureId: 'c-1', amount: 1_847 }];

describe('the order view', () => {
  it('begins as pending', () => {
    expect(viewOf(created)).toEqual({ ...placed, status: 'pending', updatedAt: timeOf(1), version: 1 });
  });

  it('takes the time of every step from its event', () => {
    expect(viewOf(created, paid, stockReady, shipped, delivered)).toEqual({
      ...placed,
      holds: [],
      payments,
      status: 'delivered',
      shipment: { carrier: 'UPS', trackingNumber: '1Z' },
      updatedAt: timeOf(5),
      paidAt: timeOf(2),
      shippedAt: timeOf(4),
      deliveredAt: timeOf(5),
      version: 5,
    });
  });

  it('of a cancelled order still tells when it was paid, and says why it was cancelled', () => {
    expect(viewOf(created, paid, cancelledPaid)).toEqual({
      ...placed,
      payments,
      status: 'cancelled',
      cancellation: { reason: 'changed_my_mind' },
      updatedAt: timeOf(3),
      paidAt: timeOf(2),
      cancelledAt: timeOf(3),
      version: 3,
    });
  });

  it('has the status of the state it is a view of', () => {
    expect(viewOf(created, paid)?.status).toBe('paid');
    expect(viewOf(created, paid, stockReady, shipped)?.status).toBe('shipped');
  });

  it('has no beginning but OrderCreated', () => {
    expect(() => viewOf(paid)).toThrow(InvalidEventSequence);
  });

  it('leaves the view it is given as it was', () => {
    const [first, second] = storedStream('order', 'o-1', [created, paid]);
    if (!first || !second) throw new Error('no events');
    const before = Object.freeze(orderView(undefined, first));
    orderView(before, second);
    expect(before.status).toBe('pending');
  });
});

describe('what an order waits for', () => {
  it.each<[OrderEvent[], string[]]>([
    [[created], ['payment', 'stock']],
    [[created, stockReady], ['payment']],
    [[created, paid], ['stock']],
    [[created, paid, stockReady], ['shipment']],
    [[created, paid, stockReady, shipped], ['delivery']],
    [[created, paid, stockReady, shipped, delivered], []],
    [[created, paid, cancelledPaid], []],
  ])('after %j', (events, expected) => {
    const view = viewOf(...events);
    expect(view && waitsFor(view)).toEqual(expected);
  });
});
