import { describe, expect, it } from '@jest/globals';
import { orderAggregate } from '#domain/order/decisions.ts';
import type { OrderEvent } from '#domain/order/events.ts';
import { evolve, type OrderState } from '#domain/order/state.ts';
import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import {
  cancelledPaid,
  cancelledUnpaid,
  created,
  DUE,
  delivered,
  paid,
  place,
  shipped,
  stockReady,
} from './examples.ts';

const stateAfter = (...events: OrderEvent[]): OrderState =>
  events.reduce(evolve, orderAggregate.initialState);

const facts = {
  customerId: 'ada',
  items: place.items,
  total: 1_847,
  currency: 'USD',
  paymentTerms: 'prepaid',
  paymentDueAt: DUE,
  holds: ['stock'],
  payments: [],
} as const;
const payments = [{ paymentId: 'pay-1', captureId: 'c-1', amount: 1_847 }];
const shipment = { carrier: 'UPS', trackingNumber: '1Z' };
const free = { ...facts, holds: [], payments };

describe('the state of an order', () => {
  it.each<[OrderEvent[], unknown]>([
    [[], { status: 'none' }],
    [[created], { ...facts, status: 'pending' }],
    [[created, stockReady], { ...facts, holds: [], status: 'pending' }],
    [[created, paid], { ...facts, status: 'paid', payments }],
    [[created, stockReady, paid, shipped], { ...free, status: 'shipped', shipment }],
    [[created, stockReady, paid, shipped, delivered], { ...free, status: 'delivered', shipment }],
    [[created, cancelledUnpaid], { ...facts, status: 'cancelled', reason: 'changed_my_mind' }],
    [[created, paid, cancelledPaid], { ...facts, payments, status: 'cancelled', reason: 'changed_my_mind' }],
  ])('after %j', (events, state) => {
    expect(stateAfter(...events)).toEqual(state);
  });

  it('is never changed in place', () => {
    const pending = Object.freeze(stateAfter(created));
    expect(evolve(pending, paid)).not.toBe(pending);
    expect(pending).toEqual({ ...facts, status: 'pending' });
  });

  it.each<[string, OrderEvent[], OrderEvent]>([
    ['creation of an order that exists', [created], created],
    ['payment before creation', [], paid],
    ['second payment', [created, paid], paid],
    ['shipment of an unpaid order', [created], shipped],
    ['delivery of an unshipped order', [created, paid], delivered],
    ['cancellation of a shipped order', [created, paid, shipped], cancelledPaid],
    ['cancellation of a cancelled order', [created, cancelledUnpaid], cancelledUnpaid],
  ])('cannot follow from the %s', (_, history, event) => {
    const state = stateAfter(...history);
    expect(() => evolve(state, event)).toThrow(InvalidEventSequence);
    expect(() => evolve(state, event)).toThrow(
      `${event.eventType} cannot follow in a stream whose status is ${state.status}`,
    );
  });
});
