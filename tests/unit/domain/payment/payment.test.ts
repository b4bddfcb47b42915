import { describe, expect, it } from '@jest/globals';
import { paymentAggregate, type RecordPayment } from '#domain/payment/decisions.ts';
import type { Contradiction, PaymentEvent } from '#domain/payment/events.ts';
import { parkedAs } from '#domain/payment/reports.ts';
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
/** As it fails after it was reported as refunded. */
const cameBack: PaymentEvent = { ...failed, data: { ...failed.data, returned: 1_847 } } as PaymentEvent;
const requestedAgain: PaymentEvent = {
  eventType: 'RefundRequested',
  data: { ...named, refundId: 'r-2', reason: 'damaged', again: 1_847 },
};
const parkedEvent = (report: RecordPayment, reportId: string, contradiction: Contradiction): PaymentEvent => {
  const { type: _, reason: __, customerId = 'ada', ...data } = report;
  return { eventType: 'PaymentReportParked', data: { ...data, customerId, reportId, contradiction } };
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

  it.each<[string, Partial<RecordPayment>, Contradiction]>([
    ['another order', { orderId: 'o-2' }, 'other_order'],
    ['another order, of the capture that there is', { orderId: 'o-2', reportId: 'ch_1:1847' }, 'other_order'],
    ['another currency', { currency: 'EUR' }, 'other_currency'],
    ['the same id with another amount', { reportId: 'ch_1:1847', amount: 1 }, 'other_amount'],
    ['a failed refund that is not known', { outcome: 'refund_failed' }, 'unknown_refund'],
  ])('parks %s, once', (_, changed, contradiction) => {
    const contradicting = { ...capture, reportId: 'x', ...changed } as RecordPayment;
    const parked = parkedEvent(contradicting, contradicting.reportId ?? '', contradiction);
    given(captured).when(contradicting).thenEvents(parked);
    given(captured, parked).when(contradicting).thenNothing();
  });

  it('parks reports of the same id and amount for two other orders, each', () => {
    const [second, third] = ['o-2', 'o-3'].map((orderId) => ({ ...capture, orderId }) as RecordPayment);
    if (!second || !third) throw new Error('two reports');
    const parked = parkedEvent(second, 'ch_1:1847', 'other_order');
    given(captured, parked)
      .when(third)
      .thenEvents(parkedEvent(third, 'ch_1:1847', 'other_order'));
  });

  it.each(['constructor', '__proto__', 'toString'])('takes %s for an id as any other', (reportId) => {
    given(captured)
      .when({ ...report, outcome: 'refunded', reportId })
      .thenEvents({
        eventType: 'PaymentRefunded',
        data: { ...named, refundId: reportId, reason: 'reported' },
      });
    const failure = { ...report, outcome: 'refund_failed', reportId } as const;
    given(captured)
      .when(failure)
      .thenEvents(parkedEvent(failure, reportId, 'unknown_refund'));
    const asked: PaymentEvent = {
      eventType: 'RefundRequested',
      data: { ...named, refundId: reportId, reason: 'damaged' },
    };
    given(captured, asked)
      .when(failure)
      .thenEvents({
        eventType: 'RefundFailed',
        data: { ...named, refundId: reportId, reason: 'refund_failed' },
      });
    given(captured, part(reportId, 1_847))
      .when({ ...capture, reportId })
      .thenNothing();
    given(captured)
      .when({ ...report, outcome: 'charged_back', reportId })
      .thenEvents({ eventType: 'PaymentChargedBack', data: { ...named, chargebackId: reportId } });
  });
});

describe('a report of a refund without an id', () => {
  const two = (first: PaymentEvent) => [captured, requested, first, requestedAgain];
  const made: RecordPayment = { ...report, outcome: 'refunded' };
  const notMade: RecordPayment = { ...report, outcome: 'refund_failed', reason: 'account_closed' };

  it.each<[string, PaymentEvent[], RecordPayment]>([
    ['refunded, where one was refunded and the next is open', two(refunded), made],
    ['refunded, where one failed and the next is open', two(failed), made],
    ['refund_failed, where one failed and the next is open', two(failed), notMade],
    ['refund_failed, where one was refunded and the next is open', two(refunded), notMade],
  ])('is parked where more than one has its amount: %s', (_, events, which) => {
    const parked = parkedEvent(which, 'ch_1:1847', 'ambiguous_refund');
    given(...events)
      .when(which)
      .thenEvents(parked);
    given(...events, parked)
      .when(which)
      .thenNothing();
  });

  it('closes each of two equal refunds where it has the id', () => {
    given(...two(failed))
      .when({ ...notMade, reportId: 'r-2' })
      .thenEvents({ ...failed, data: { ...failed.data, refundId: 'r-2' } } as PaymentEvent);
    given(...two(failed))
      .when({ ...made, reportId: 'r-2' })
      .thenEvents({ ...refunded, data: { ...refunded.data, refundId: 'r-2' } } as PaymentEvent);
  });

  it('is a repeat where all of its amount have been reported so', () => {
    const second = { ...failed, data: { ...failed.data, refundId: 'r-2' } } as PaymentEvent;
    given(...two(failed), second)
      .when(notMade)
      .thenNothing();
  });
});

describe('a refund that was made and came back', () => {
  const made: RecordPayment = { ...report, outcome: 'refunded', reportId: 'r-1' };
  const notMade: RecordPayment = { ...made, outcome: 'refund_failed', reason: 'account_closed' };

  it('says how much of what had been refunded came back', () =>
    given(captured, requested, refunded).when(notMade).thenEvents(cameBack));

  it.each<[string, PaymentEvent[], RecordPayment]>([
    ['refunded', [captured, requested, refunded, cameBack], made],
    ['failed', [captured, requested, refunded, cameBack], notMade],
    ['failed, and refunded since', [captured, requested, failed, refunded], notMade],
  ])('is not affected by a late repeat: %s', (_, events, again) =>
    given(...events)
      .when(again)
      .thenNothing(),
  );
});

describe('a report that was parked', () => {
  const contradicting: RecordPayment = { ...capture, reportId: 'c-9', orderId: 'o-2' };
  const parked = parkedEvent(contradicting, 'c-9', 'other_order');
  const resolve = { type: 'resolveReport', reportId: 'c-9', by: 'grace', note: 'Moved by hand.' } as const;
  const resolved: PaymentEvent = {
    eventType: 'PaymentReportResolved',
    data: { reportId: 'c-9', by: 'grace', note: 'Moved by hand.' },
  };
  const stateAfter = (...events: PaymentEvent[]) =>
    events.reduce(paymentAggregate.evolve, paymentAggregate.initialState);

  it('is resolved by a person, once', () => {
    given(captured, parked).when(resolve).thenEvents(resolved);
    given(captured, parked, resolved).when(resolve).thenNothing();
  });

  it('is not there to resolve', () => {
    given(captured).when(resolve).thenRejected('parked_report_not_found');
    given().when(resolve).thenRejected('payment_not_found');
  });

  it('is not parked again under its id; what has no id is', () => {
    given(captured, parked, resolved).when(contradicting).thenNothing();
    const nameless: RecordPayment = { ...capture, orderId: 'o-2' };
    const first = parkedEvent(nameless, 'ch_1:1847', 'other_order');
    const { data } = resolved;
    given(captured, first, { ...resolved, data: { ...data, reportId: 'ch_1:1847' } } as PaymentEvent)
      .when(nameless)
      .thenEvents(first);
  });

  it('is told from one that had its effect', () => {
    expect(parkedAs(contradicting, stateAfter(captured, parked))).toBe('other_order');
    expect(parkedAs(contradicting, stateAfter(captured, parked, resolved))).toBe('other_order');
    expect(parkedAs(capture, stateAfter(captured, parked))).toBeUndefined();
    const early: RecordPayment = { ...report, outcome: 'refund_failed', reportId: 'r-1' };
    const before = [captured, parkedEvent(early, 'r-1', 'unknown_refund')];
    expect(parkedAs(early, stateAfter(...before))).toBe('unknown_refund');
    expect(parkedAs(early, stateAfter(...before, requested, failed))).toBeUndefined();
  });

  it('does not make a payment declined', () => {
    const state = stateAfter(parkedEvent({ ...report, outcome: 'refund_failed' }, 'x', 'unknown_refund'));
    expect(state.status !== 'none' && statusOf(state)).toBe('parked');
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

  it.each([0, -1, 0.5])('of %s is no refund', (amount) => {
    given(captured)
      .when({ ...refund, amount })
      .thenRejected('refund_too_small');
    given(captured)
      .when({ ...refund, amount, upTo: true })
      .thenRejected('refund_too_small');
  });

  it.each(['constructor', '__proto__'])('under the id %s', (refundId) =>
    given(captured)
      .when({ ...refund, refundId })
      .thenEvents({
        eventType: 'RefundRequested',
        data: { ...named, refundId, reason: 'order_cancelled' },
      }),
  );

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
