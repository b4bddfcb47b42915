import { describe, expect, test } from '@jest/globals';
import { application } from '#application';
import type { DomainEvent, NewDomainEvent } from '#domain/index.ts';
import { orderPayments } from '#functions/consumers/order-payments/policy.ts';
import { planned } from '#tests/support/policies.ts';
import { orderLife, streamAt } from '#tests/support/streams.ts';

const AT = '2026-05-01T12:00:00.000Z';

const payment = { orderId: 'o-1', customerId: 'ada', amount: 2_999, currency: 'USD', reference: 'ch_1' };
const captured: NewDomainEvent = { eventType: 'PaymentCaptured', data: payment };
const { reference: _, ...repaid } = payment;
const refunded: NewDomainEvent = { eventType: 'PaymentRefunded', data: { ...repaid, reason: 'goodwill' } };
const cancelled = (paymentId?: string): NewDomainEvent => ({
  eventType: 'OrderCancelled',
  data: {
    customerId: 'ada',
    reason: 'changed_my_mind',
    total: 2_999,
    currency: 'USD',
    items: [{ sku: 'MUG', quantity: 2 }],
    ...(paymentId === undefined ? {} : { paymentId }),
  },
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

const pay = { type: 'pay', paymentId: 'pay-1', amount: 2_999, currency: 'USD' };
const refund = (reason: string) => ({ type: 'refund', reason });

describe('A captured payment', () => {
  const stream = ofPayment(captured);

  test('pays its order', async () => {
    expect(await plan(stream[0], stream, order(life[0]))).toEqual([['order-o-1 due', pay]]);
  });

  test('is refunded where the order cannot take it, with the rule as the reason', async () => {
    expect(await plan(stream[0], stream, order(life[0], cancelled()))).toEqual([
      ['order-o-1 tolerated', pay, 'order_cancelled'],
      ['payment-pay-1 due', refund('order_cancelled')],
    ]);
    expect(await plan(stream[0], stream)).toEqual([
      ['order-o-1 tolerated', pay, 'order_not_found'],
      ['payment-pay-1 due', refund('order_not_found')],
    ]);
  });

  test('pays for nothing where it was refunded before', async () => {
    expect(await plan(stream[0], ofPayment(captured, refunded), order(life[0]))).toEqual([]);
  });
});

describe('A cancelled order', () => {
  const stream = order(life[0], life[1], cancelled('pay-1'));

  test('refunds its payment, unless that was done', async () => {
    expect(await plan(stream[2], ofPayment(captured))).toEqual([
      ['payment-pay-1 due', refund('order_cancelled')],
    ]);
    expect(await plan(stream[2], ofPayment(captured, refunded))).toEqual([
      ['payment-pay-1 tolerated', refund('order_cancelled'), 'payment_already_refunded'],
    ]);
  });

  test('fails where its payment is nowhere', async () => {
    expect(await plan(stream[2])).toEqual([
      ['payment-pay-1 rejected', refund('order_cancelled'), 'payment_not_found'],
    ]);
  });

  test('that nobody paid has nothing to refund', async () => {
    expect(await plan(order(life[0], cancelled())[1])).toEqual([]);
  });
});
