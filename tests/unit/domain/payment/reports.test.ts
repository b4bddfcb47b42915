import { describe, expect, it } from '@jest/globals';
import { paymentAggregate, type RecordPayment } from '#domain/payment/decisions.ts';
import type { Contradiction, PaymentEvent } from '#domain/payment/events.ts';
import { parkedAs } from '#domain/payment/reports.ts';
import { statusOf } from '#domain/payment/state.ts';
import { specificationOf } from '#tests/support/given-when-then.ts';
import {
  cameBack,
  capture,
  captured,
  decline,
  declined,
  failed,
  money,
  named,
  parkedEvent,
  part,
  refunded,
  report,
  requested,
  requestedAgain,
} from './examples.ts';

const given = specificationOf(paymentAggregate);

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
