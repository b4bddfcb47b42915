import { expect, it } from '@jest/globals';
import type { PaymentEvent } from '#domain/payment/events.ts';
import { type PaymentView, paymentView } from '#domain/payment/view.ts';
import { streamAt } from '#tests/support/streams.ts';

const money = { orderId: 'o-1', customerId: 'ada', amount: 1_000, currency: 'USD', reference: 'ch_1' };
const captured: PaymentEvent = { eventType: 'PaymentCaptured', data: { ...money, captureId: 'c-1' } };
const requested = (refundId: string, amount = 1_000, again?: number): PaymentEvent => ({
  eventType: 'RefundRequested',
  data: { ...money, amount, refundId, reason: 'excess', ...(again !== undefined && { again }) },
});
const failed = (refundId: string, amount = 1_000): PaymentEvent => ({
  eventType: 'RefundFailed',
  data: { ...money, amount, refundId, reason: 'refund_failed', failure: 'account_closed' },
});
const refunded = (refundId: string, amount = 1_000): PaymentEvent => ({
  eventType: 'PaymentRefunded',
  data: { ...money, amount, refundId, reason: 'reported' },
});
const declined = (attemptId: string): PaymentEvent => ({
  eventType: 'PaymentDeclined',
  data: { ...money, attemptId, reason: 'insufficient_funds' },
});
const parked: PaymentEvent = {
  eventType: 'PaymentReportParked',
  data: { ...money, outcome: 'captured', reportId: 'c-1', amount: 5, contradiction: 'other_amount' },
};

const viewOf = (...events: PaymentEvent[]): PaymentView => {
  const stream = streamAt('2026-05-01T00:00:00.000Z', 'payment', 'p-1', events);
  const view = stream.reduce<PaymentView | undefined>(paymentView, undefined);
  if (!view) throw new Error('no events');
  return view;
};
const second = (number: number) => `2026-05-01T00:00:0${number}.000Z`;

it('shows attempts, captures and refunds in the order of time, and what became of the money', () => {
  const view = viewOf(
    declined('a-1'),
    captured,
    requested('r-1', 400),
    failed('r-1', 400),
    requested('r-2', 400, 400),
  );
  expect(view).toEqual({
    paymentId: 'p-1',
    ...{ orderId: 'o-1', customerId: 'ada', currency: 'USD', reference: 'ch_1' },
    status: 'refund_requested',
    ...{ captured: 1_000, kept: 600, refunded: 0, beingRefunded: 400, chargedBack: 0 },
    captures: [{ captureId: 'c-1', amount: 1_000, at: second(1) }],
    refunds: [
      {
        ...{ refundId: 'r-1', amount: 400, status: 'failed', reason: 'excess', failure: 'account_closed' },
        ...{ requestedAt: second(2), updatedAt: second(3) },
      },
      {
        ...{ refundId: 'r-2', amount: 400, status: 'requested', reason: 'excess' },
        ...{ requestedAt: second(4), updatedAt: second(4) },
      },
    ],
    chargebacks: [],
    declined: [{ attemptId: 'a-1', amount: 1_000, reason: 'insufficient_funds', at: second(0) }],
    parked: [],
    waitsFor: ['refund_requested'],
    waitingSince: second(2),
    ...{ createdAt: second(0), updatedAt: second(4), version: 5, notRefunded: 0 },
  });
});

it('leaves out a report that contradicts once somebody has resolved it', () => {
  const resolved: PaymentEvent = {
    eventType: 'PaymentReportResolved',
    data: { reportId: 'c-1', by: 'grace', note: 'Seen.' },
  };
  const [before, after] = [viewOf(captured, parked), viewOf(captured, parked, resolved)];
  expect(before).toMatchObject({ waitsFor: ['parked'], waitingSince: second(1) });
  expect(after).toMatchObject({ status: 'captured', parked: [], waitsFor: [], version: 3 });
  expect(after).not.toHaveProperty('waitingSince');
});

it.each<[string, PaymentEvent[], string[], string]>([
  ['a capture', [captured], [], 'captured'],
  ['a refund that is requested', [captured, requested('r-1')], ['refund_requested'], 'refund_requested'],
  ['one that failed', [captured, requested('r-1'), failed('r-1')], ['refund_failed'], 'refund_failed'],
  [
    'one that failed, asked for again and made',
    [captured, requested('r-1', 400), failed('r-1', 400), requested('r-2', 400, 400), refunded('r-2', 400)],
    [],
    'partially_refunded',
  ],
  [
    'one that failed, asked for again in part',
    [captured, requested('r-1', 400), failed('r-1', 400), requested('r-2', 100, 100), refunded('r-2', 100)],
    ['refund_failed'],
    'refund_failed',
  ],
  [
    'one that was made and came back',
    [captured, requested('r-1'), refunded('r-1'), failed('r-1')],
    ['refund_failed'],
    'refund_failed',
  ],
  [
    'two that failed, one asked for again',
    [
      ...[captured, requested('r-1', 400), requested('r-2', 300)],
      ...[failed('r-1', 400), failed('r-2', 300), requested('r-3', 300, 300)],
    ],
    ['refund_failed', 'refund_requested'],
    'refund_requested',
  ],
  ['nothing but a report of a refund that nobody knows', [parked], ['parked'], 'parked'],
  ['a decline and a report that contradicts', [declined('a-1'), parked], ['parked'], 'declined'],
  [
    'a report that contradicts',
    [captured, parked, requested('r-1')],
    ['refund_requested', 'parked'],
    'refund_requested',
  ],
])('after %s', (_, events, waitsFor, status) => {
  expect(viewOf(...events)).toMatchObject({ waitsFor, status });
});

it('keeps the newest attempts of a provider that tries without end', () => {
  const attempts = Array.from({ length: 60 }, (_, index) => declined(`a-${index}`));
  const view = viewOf(...attempts);
  expect(view.declined.map(({ attemptId }) => attemptId)).toEqual(
    Array.from({ length: 50 }, (_, index) => `a-${index + 10}`),
  );
  expect(view.version).toBe(60);
});
