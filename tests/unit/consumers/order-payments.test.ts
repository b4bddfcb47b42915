import { describe, expect, test } from '@jest/globals';
import { application } from '#application';
import type { DomainEvent, NewDomainEvent } from '#domain/index.ts';
import { orderPayments } from '#functions/consumers/order-payments/policy.ts';
import { planned } from '#tests/support/policies.ts';
import { cancellation, orderLife, streamAt, wholeCapture } from '#tests/support/streams.ts';

const AT = '2026-05-01T12:00:00.000Z';

const { paymentId, captureId, amount } = wholeCapture;
const money = { orderId: 'o-1', customerId: 'ada', currency: 'USD' };
const captured: NewDomainEvent = {
  eventType: 'PaymentCaptured',
  data: { ...money, amount, reference: 'ch_1', captureId },
};
const requested = (refundId: string): NewDomainEvent => ({
  eventType: 'RefundRequested',
  data: { ...money, amount, reference: 'ch_1', refundId, reason: 'goodwill' },
});

const life = orderLife('ada');
const order = (...events: (NewDomainEvent | undefined)[]) =>
  streamAt(
    AT,
    'order',
    'o-1',
    events.filter((event) => event !== undefined),
  );
const ofPayment = (...events: NewDomainEvent[]) => streamAt(AT, 'payment', 'pay-1', events);

const plan = (event: DomainEvent | undefined, ...streams: DomainEvent[][]) => {
  if (!event) throw new Error('no event');
  return planned(application, orderPayments, event, { streams });
};

const apply = { type: 'applyCapture', paymentId, captureId, amount, currency: 'USD' };
const refund = (refundId: string, reason: string, back = amount) => ({
  type: 'requestRefund',
  refundId,
  amount: back,
  upTo: true,
  reason,
});
const excess = `excess:${captureId}`;
const undone = `order_cancelled:${captureId}`;

describe('A captured payment', () => {
  const stream = ofPayment(captured);

  test('pays its order', async () => {
    expect(await plan(stream[0], stream, order(life[0]))).toEqual([['order-o-1 due', apply]]);
  });

  test('is refunded for what the order does not take, and for all of it where it takes nothing', async () => {
    const other = { ...wholeCapture, paymentId: 'pay-2', amount: 1_000, customerId: 'ada', currency: 'USD' };
    const short: NewDomainEvent = { eventType: 'OrderPaymentReceived', data: other };
    expect(await plan(stream[0], stream, order(life[0], short))).toEqual([
      ['order-o-1 due', apply],
      ['payment-pay-1 due', refund(excess, 'excess', 1_000)],
    ]);
    expect(await plan(stream[0], stream, order(life[0], cancellation()))).toEqual([
      ['order-o-1 unneeded', apply],
      ['payment-pay-1 due', refund(excess, 'order_cancelled')],
    ]);
    expect(await plan(stream[0], stream)).toEqual([
      ['order-o-1 tolerated', apply, 'order_not_found'],
      ['payment-pay-1 due', refund(excess, 'order_not_found')],
    ]);
  });

  test('pays for nothing where somebody asked for it back, also when that failed: people have been told', async () => {
    const failed: NewDomainEvent = {
      eventType: 'RefundFailed',
      data: { ...money, amount, reference: 'ch_1', refundId: 'r-1', reason: 'refund_failed' },
    };
    expect(await plan(stream[0], ofPayment(captured, requested('r-1'), failed), order(life[0]))).toEqual([]);
  });

  test('pays for nothing where it is being refunded', async () => {
    expect(await plan(stream[0], ofPayment(captured, requested('r-1')), order(life[0]))).toEqual([]);
  });
});

describe('A cancelled order', () => {
  const stream = order(life[0], life[1], cancellation('changed_my_mind', [wholeCapture]));

  test('refunds what it took of its payment, unless that was done', async () => {
    expect(await plan(stream[2], ofPayment(captured))).toEqual([
      ['payment-pay-1 due', refund(undone, 'order_cancelled')],
    ]);
    expect(await plan(stream[2], ofPayment(captured, requested(undone)))).toEqual([
      ['payment-pay-1 unneeded', refund(undone, 'order_cancelled')],
    ]);
    expect(await plan(stream[2], ofPayment(captured, requested('r-1')))).toEqual([
      ['payment-pay-1 tolerated', refund(undone, 'order_cancelled'), 'payment_already_refunded'],
    ]);
  });

  test('leaves a refund that failed to the people who were told of it', async () => {
    const failed: NewDomainEvent = {
      eventType: 'RefundFailed',
      data: { ...money, amount, reference: 'ch_1', refundId: 'r-1', reason: 'refund_failed' },
    };
    expect(await plan(stream[2], ofPayment(captured, requested('r-1'), failed))).toEqual([
      ['payment-pay-1 tolerated', refund(undone, 'order_cancelled'), 'payment_already_refunded'],
    ]);
  });

  test('fails where its payment is nowhere', async () => {
    expect(await plan(stream[2])).toEqual([
      ['payment-pay-1 rejected', refund(undone, 'order_cancelled'), 'payment_not_found'],
    ]);
  });

  test('that nobody paid has nothing to refund', async () => {
    expect(await plan(order(life[0], cancellation())[1])).toEqual([]);
  });
});
