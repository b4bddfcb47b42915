import { describe, expect, it } from '@jest/globals';
import { orderAggregate } from '#domain/order/decisions.ts';
import type { OrderEvent } from '#domain/order/events.ts';
import { evolve, type OrderState } from '#domain/order/state.ts';
import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import { cancelledPaid, cancelledUnpaid, created, delivered, paid, place, shipped } from './examples.ts';

const stateAfter = (...events: OrderEvent[]): OrderState =>
  events.reduce(evolve, orderAggregate.initialState);

const facts = { customerId: 'ada', items: place.items, total: 1_847, currency: 'USD' };
const shipment = { carrier: 'UPS', trackingNumber: '1Z' };

describe('the state of an order', () => {
  it.each<[OrderEvent[], OrderState]>([
    [[], { status: 'none' }],
    [[created], { ...facts, status: 'pending' }],
    [[created, paid], { ...facts, status: 'paid', paymentId: 'pay-1' }],
    [[created, paid, shipped], { ...facts, status: 'shipped', paymentId: 'pay-1', shipment }],
    [[created, paid, shipped, delivered], { ...facts, status: 'delivered', paymentId: 'pay-1', shipment }],
    [[created, cancelledUnpaid], { ...facts, status: 'cancelled', reason: 'changed_my_mind' }],
    [[created, paid, cancelledPaid], { ...facts, status: 'cancelled', reason: 'changed_my_mind' }],
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
