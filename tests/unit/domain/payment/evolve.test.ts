import { describe, expect, it } from '@jest/globals';
import { paymentAggregate } from '#domain/payment/decisions.ts';
import type { PaymentEvent } from '#domain/payment/events.ts';
import { balanceOf, owedOf, statusOf } from '#domain/payment/state.ts';
import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import { captured, declined, failed, money, named, part, refunded, requested } from './examples.ts';

describe('the state of a payment', () => {
  const { evolve, initialState } = paymentAggregate;
  const moneyAfter = (...events: PaymentEvent[]) => {
    const state = events.reduce(evolve, initialState);
    if (state.status === 'none') throw new Error('nothing was recorded');
    return { status: statusOf(state), ...balanceOf(state) };
  };
  const none = { captured: 0, kept: 0, refunded: 0, beingRefunded: 0, chargedBack: 0 };
  const all = { ...none, captured: 1_847 };
  const chargedBack: PaymentEvent = {
    eventType: 'PaymentChargedBack',
    data: { ...named, chargebackId: 'dp_1' },
  };

  it.each<[PaymentEvent[], object]>([
    [[declined], { ...none, status: 'declined' }],
    [[declined, captured], { ...all, kept: 1_847, status: 'captured' }],
    [[part('a', 1_000), part('b', 500)], { ...none, captured: 1_500, kept: 1_500, status: 'captured' }],
    [[captured, requested], { ...all, beingRefunded: 1_847, status: 'refund_requested' }],
    [[captured, requested, refunded], { ...all, refunded: 1_847, status: 'refunded' }],
    [[captured, requested, failed], { ...all, kept: 1_847, status: 'refund_failed' }],
    [
      [captured, part('b', 500), requested, refunded],
      { ...none, captured: 2_347, kept: 500, refunded: 1_847, status: 'partially_refunded' },
    ],
    [[captured, chargedBack], { ...all, chargedBack: 1_847, status: 'charged_back' }],
    [
      [captured, requested, refunded, chargedBack],
      { ...all, kept: -1_847, refunded: 1_847, chargedBack: 1_847, status: 'charged_back' },
    ],
  ])('after %j', (events, expected) => {
    expect(moneyAfter(...events)).toEqual(expected);
  });

  it.each([
    ['the same capture twice', [captured, captured]],
    ['the same request twice', [captured, requested, requested]],
    ['the same chargeback twice', [captured, chargedBack, chargedBack]],
  ])('cannot follow from %s', (_, events) => {
    expect(() => events.reduce(evolve, initialState)).toThrow(InvalidEventSequence);
  });

  it('begins with whatever report comes first', () => {
    expect(moneyAfter(refunded)).toMatchObject({ kept: -1_847, refunded: 1_847, status: 'refunded' });
    expect(moneyAfter(refunded, captured)).toEqual({ ...all, refunded: 1_847, status: 'refunded' });
  });

  it('of a payment of v1 that was refunded as a whole', () => {
    expect(
      moneyAfter(captured, {
        eventType: 'PaymentRefunded',
        data: { ...money, refundId: 'whole', reason: 'x' },
      }),
    ).toEqual({ ...all, refunded: 1_847, status: 'refunded' });
  });

  it('still owes what could not be refunded after another part was refunded', () => {
    const other: PaymentEvent = {
      eventType: 'RefundRequested',
      data: { ...named, amount: 500, refundId: 'r-2', reason: 'order_cancelled' },
    };
    const state = [captured, part('b', 500), requested, failed, other].reduce(evolve, initialState);
    expect(state.status !== 'none' && owedOf(state)).toBe(1_847);
  });
});
