import { describe, expect, it } from '@jest/globals';
import { paymentAggregate, type RecordPayment } from '#domain/payment/decisions.ts';
import type { PaymentEvent } from '#domain/payment/events.ts';
import { balanceOf, owedOf, statusOf } from '#domain/payment/state.ts';
import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import { specificationOf } from '#tests/support/given-when-then.ts';

const given = specificationOf(paymentAggregate);

const money = { orderId: 'o-1', customerId: 'ada', amount: 1_847, currency: 'USD' };
const named = { ...money, reference: 'ch_1' };
const report = { type: 'record', ...money, reference: 'ch_1' } as const;
const capture: RecordPayment = { ...report, outcome: 'captured' };
const decline: RecordPayment = { ...report, outcome: 'declined', reason: 'insufficient_funds' };
const refund = { type: 'requestRefund', refundId: 'r-1', reason: 'order_cancelled' } as const;

const captured: PaymentEvent = {
  eventType: 'PaymentCaptured',
  data: { ...money, reference: 'ch_1', captureId: 'ch_1:1847' },
};
const declined: PaymentEvent = {
  eventType: 'PaymentDeclined',
  data: {
    ...money,
    reference: 'ch_1',
    attemptId: 'ch_1:1847:insufficient_funds',
    reason: 'insufficient_funds',
  },
};
const requested: PaymentEvent = {
  eventType: 'RefundRequested',
  data: { ...named, refundId: 'r-1', reason: 'order_cancelled' },
};
const refunded: PaymentEvent = {
  eventType: 'PaymentRefunded',
  data: { ...named, refundId: 'r-1', reason: 'reported' },
};
const failed: PaymentEvent = {
  eventType: 'RefundFailed',
  data: { ...named, refundId: 'r-1', reason: 'refund_failed', failure: 'account_closed' },
};
const part = (captureId: string, amount: number): PaymentEvent => ({
  eventType: 'PaymentCaptured',
  data: { ...money, amount, reference: 'ch_1', captureId },
});

describe('recording what the provider reports', () => {
  it('captured', () => given().when(capture).thenEvents(captured));
  it('declined, and why', () => given().when(decline).thenEvents(declined));
  it('a capture after a decline', () => given(declined).when(capture).thenEvents(captured));
  it('a decline after a capture', () => given(captured).when(decline).thenEvents(declined));

  it('another part of the payment, told apart by its amount', () =>
    given(captured)
      .when({ ...capture, amount: 100 })
      .thenEvents(part('ch_1:100', 100)));

  it('another part of the same amount, told apart by its id', () =>
    given(captured)
      .when({ ...capture, reportId: 'cap_2' })
      .thenEvents(part('cap_2', 1_847)));

  it('a capture for an order that nobody knows', () => {
    const { customerId: _, ...unknown } = money;
    given()
      .when({ type: 'record', ...unknown, reference: 'ch_1', outcome: 'captured' })
      .thenEvents({
        eventType: 'PaymentCaptured',
        data: { ...unknown, reference: 'ch_1', captureId: 'ch_1:1847' },
      });
  });

  it.each<[string, PaymentEvent[], RecordPayment]>([
    ['captured', [captured], capture],
    ['declined', [declined], decline],
    ['captured, refunded since', [captured, requested, refunded], capture],
    ['refunded', [captured, requested, refunded], { ...report, outcome: 'refunded' }],
    ['failed to refund', [captured, requested, failed], { ...report, outcome: 'refund_failed' }],
  ])('again yields nothing: %s', (_, events, again) =>
    given(...events)
      .when(again)
      .thenNothing(),
  );

  it('a refund that was asked for', () =>
    given(captured, requested)
      .when({ ...report, outcome: 'refunded' })
      .thenEvents(refunded));

  it('a refund that nobody asked for', () =>
    given(captured)
      .when({ ...report, outcome: 'refunded', reportId: 're_9', reason: 'goodwill' })
      .thenEvents({
        eventType: 'PaymentRefunded',
        data: { ...named, refundId: 're_9', reason: 'goodwill' },
      }));

  it('a refund that failed', () =>
    given(captured, requested)
      .when({ ...report, outcome: 'refund_failed', reason: 'account_closed' })
      .thenEvents(failed));

  it('a chargeback', () =>
    given(captured)
      .when({ ...report, outcome: 'charged_back', reportId: 'dp_1', reason: 'fraudulent' })
      .thenEvents({
        eventType: 'PaymentChargedBack',
        data: { ...named, chargebackId: 'dp_1', reason: 'fraudulent' },
      }));

  it.each([
    ['another order', { orderId: 'o-2' }, 'other_order'],
    ['another currency', { currency: 'EUR' }, 'other_currency'],
    ['the same id with another amount', { reportId: 'ch_1:1847', amount: 1 }, 'other_amount'],
    ['a failed refund that is not known', { outcome: 'refund_failed' }, 'unknown_refund'],
  ] as const)('parks %s, once', (_, changed, contradiction) => {
    const contradicting = { ...capture, reportId: 'x', ...changed } as RecordPayment;
    const { orderId, customerId, amount, currency, reference, outcome, reportId = '' } = contradicting;
    const parked: PaymentEvent = {
      eventType: 'PaymentReportParked',
      data: {
        orderId,
        customerId: customerId ?? '',
        amount,
        currency,
        reference,
        outcome,
        reportId,
        contradiction,
      },
    };
    given(captured).when(contradicting).thenEvents(parked);
    given(captured, parked).when(contradicting).thenNothing();
  });
});

describe('asking for a refund', () => {
  it('of all that is kept', () => given(captured).when(refund).thenEvents(requested));
  it('under the same id yields nothing', () => given(captured, requested).when(refund).thenNothing());

  it('of a part leaves the rest', () => {
    const some: PaymentEvent = {
      eventType: 'RefundRequested',
      data: { ...named, amount: 800, refundId: 'r-0', reason: 'damaged' },
    };
    given(captured)
      .when({ ...refund, refundId: 'r-0', amount: 800, reason: 'damaged' })
      .thenEvents(some);
    given(captured, some)
      .when(refund)
      .thenEvents({
        eventType: 'RefundRequested',
        data: { ...named, amount: 1_047, refundId: 'r-1', reason: 'order_cancelled' },
      });
  });

  it('again after it failed', () =>
    given(captured, requested, failed)
      .when({ ...refund, refundId: 'r-2' })
      .thenEvents({
        eventType: 'RefundRequested',
        data: { ...named, refundId: 'r-2', reason: 'order_cancelled', again: 1_847 },
      }));

  it.each<[string, PaymentEvent[]]>([
    ['is being refunded', [captured, requested]],
    ['was refunded', [captured, requested, refunded]],
  ])('is rejected where all of it %s', (_, events) =>
    given(...events)
      .when({ ...refund, refundId: 'r-2' })
      .thenRejected('payment_already_refunded'),
  );

  it('takes at most what is kept, where the caller says so', () => {
    const more = { ...refund, amount: 9_999 };
    given(captured)
      .when({ ...more, upTo: true })
      .thenEvents(requested);
    given(captured).when(more).thenRejected('refund_too_large');
  });

  it('leaves what could not be refunded to the people who were told, where the caller takes at most what there is', () => {
    const upTo = { ...refund, refundId: 'r-2', amount: 9_999, upTo: true };
    given(captured, requested, failed).when(upTo).thenRejected('payment_already_refunded');
    given(captured, requested, failed, part('b', 500))
      .when(upTo)
      .thenEvents({
        eventType: 'RefundRequested',
        data: { ...named, amount: 500, refundId: 'r-2', reason: 'order_cancelled' },
      });
  });

  it('needs a payment', () => given().when(refund).thenRejected('payment_not_found'));
  it('needs money: declined', () => given(declined).when(refund).thenRejected('payment_declined'));
});

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
