import { describe, expect, test } from '@jest/globals';
import type { AggregateType, NewDomainEvent } from '#domain/index.ts';
import { notifications } from '#functions/consumers/notifications/policy.ts';
import { effectOf } from '#tests/support/policies.ts';
import { cancellation, orderLife, orderStream, streamAt, wholeCapture } from '#tests/support/streams.ts';

const AT = '2026-05-01T12:00:00.000Z';
const ids = { orderId: 'o-1', customerId: 'ada', audience: 'customer' };

const toldOf = (aggregate: AggregateType, ...events: NewDomainEvent[]) =>
  Promise.all(
    streamAt(AT, aggregate, aggregate === 'payment' ? 'p-1' : 'o-1', events).map((event) =>
      effectOf(notifications, event),
    ),
  );

const payment = { orderId: 'o-1', customerId: 'ada', amount: 1_234_500, currency: 'JPY', reference: 'ch_1' };

describe('What a customer is told', () => {
  test('of an order, its shipment and its delivery; not of its payment', async () => {
    expect(await toldOf('order', ...orderLife('ada'))).toEqual([
      {
        ...ids,
        subject: 'We have your order',
        text: [
          'Thank you for your order.',
          '2 × Mug at 12.50 USD each',
          '1 × Pen at 4.99 USD each',
          'Total: 29.99 USD',
          'Order: o-1',
        ].join('\n'),
      },
      undefined,
      {
        ...ids,
        subject: 'Your order is on its way',
        text: 'UPS has your parcel.\nTracking number: 1Z\nOrder: o-1',
      },
      { ...ids, subject: 'Your order has been delivered', text: 'Your parcel has arrived.\nOrder: o-1' },
    ]);
  });

  test('of a shipment: never the words of whoever shipped', async () => {
    const [, , shipped] = orderLife('ada');
    const data = { customerId: 'ada', carrier: 'Call 0900 1', trackingNumber: 'pay at evil.example/1' };
    expect(await toldOf('order', { ...shipped, data } as NewDomainEvent)).toMatchObject([
      { text: 'Our carrier has your parcel.\nOrder: o-1' },
    ]);
  });

  test('of a cancellation: that we were short of stock, and that a payment goes back', async () => {
    const [short] = await toldOf('order', cancellation('out_of_stock', [wholeCapture]));
    expect(short).toMatchObject({ ...ids, subject: 'Your order has been cancelled' });
    expect(short?.text).toMatch(
      /do not have everything.*\nWhat we hold of your payment will be refunded\.\nOrder: o-1$/,
    );
  });

  test.each([
    ['payment_overdue', 'We did not receive your payment in time, so we had to cancel your order.'],
    ['fraud_rejected', 'We are sorry: we cannot accept your order, so we had to cancel it.'],
    ['customs_refused', 'We are sorry: your order cannot be sent to its country, so we had to cancel it.'],
    ['constructor', 'Your order has been cancelled.'],
  ])('of a cancellation because of %s, in our own words', async (reason, text) => {
    const [message] = await toldOf('order', cancellation(reason));
    expect(message?.text).toBe(`${text}\nOrder: o-1`);
  });

  test('of a cancellation: never the words of whoever cancelled, nor of a payment that there was not', async () => {
    const [message] = await toldOf('order', cancellation('customer is a pain'));
    expect(message?.text).toBe('Your order has been cancelled.\nOrder: o-1');
  });

  test('of a declined payment, by the order that it was for, in the digits of its currency', async () => {
    expect(
      await toldOf('payment', { eventType: 'PaymentDeclined', data: { ...payment, attemptId: 'a-1' } }),
    ).toEqual([
      {
        ...ids,
        subject: 'Your payment was declined',
        text: 'A payment of 1234500 JPY was declined.\nYou can try again while your order waits for its payment.\nOrder: o-1',
      },
    ]);
  });

  test('of a refund that was made, in our own words; of an order that is not known, nobody', async () => {
    const refunded = { ...payment, refundId: 'r-1', reason: 'customer is a pain' };
    const { customerId: _, ...unknown } = refunded;
    const events = [refunded, unknown].map((data) => ({ eventType: 'PaymentRefunded' as const, data }));
    expect(await toldOf('payment', ...events)).toEqual([
      {
        ...ids,
        subject: 'Your refund is on its way',
        text: 'We have refunded 1234500 JPY to you.\nYour bank may take some days to show it.\nOrder: o-1',
      },
      undefined,
    ]);
  });

  test('not of a captured payment: the order says so', async () => {
    expect(
      await toldOf('payment', { eventType: 'PaymentCaptured', data: { ...payment, captureId: 'c-1' } }),
    ).toEqual([undefined]);
  });

  test('at the address that they registered with, also after a change of name', async () => {
    const customer = streamAt(AT, 'customer', 'ada', [
      { eventType: 'CustomerRegistered', data: { name: 'Ada Lovelace', email: 'ada@example.com' } },
      { eventType: 'CustomerRenamed', data: { name: 'Ada King' } },
    ]);
    const [created] = orderStream('o-1', 'ada', AT, 1);
    if (!created) throw new Error('no order');
    expect(await effectOf(notifications, created, [customer])).toMatchObject({
      ...ids,
      to: 'ada@example.com',
    });
    expect(await effectOf(notifications, created)).not.toHaveProperty('to');
  });
});

describe('What staff are told', () => {
  const DUE = '2026-05-02T12:00:00.000Z';

  test('of a fraud review that is overdue: the order and its risk', async () => {
    const data = { dueAt: DUE, score: 60, level: 'medium' as const };
    expect(await toldOf('fraud-review', { eventType: 'FraudReviewEscalated', data })).toEqual([
      {
        audience: 'staff',
        orderId: 'o-1',
        subject: 'A fraud review is overdue',
        text: `Nobody has decided on this fraud review by ${DUE}.\nRisk: medium, 60 of 100 points.\nOrder: o-1`,
      },
    ]);
  });

  test('of a customs declaration that is overdue: the order and its country', async () => {
    const data = { dueAt: DUE, country: 'FR' };
    expect(await toldOf('customs-declaration', { eventType: 'CustomsDeclarationEscalated', data })).toEqual([
      {
        audience: 'staff',
        orderId: 'o-1',
        subject: 'A customs declaration is overdue',
        text: `Nobody has decided on this customs declaration by ${DUE}.\nCountry: FR\nOrder: o-1`,
      },
    ]);
  });

  test('of a refund that failed and of a report that contradicts: the order and the payment', async () => {
    const failed = { ...payment, refundId: 'r-1', reason: 'a pain', failure: 'call 0900 1' };
    const parked = { ...payment, outcome: 'captured' as const, reportId: 'call 0900 1' };
    const events: NewDomainEvent[] = [
      { eventType: 'RefundFailed', data: failed },
      { eventType: 'PaymentReportParked', data: { ...parked, contradiction: 'other_amount' } },
    ];
    const told = await toldOf('payment', ...events);
    expect(told).toMatchObject([
      { audience: 'staff', orderId: 'o-1', subject: 'A refund failed' },
      { audience: 'staff', orderId: 'o-1', subject: 'A report about a payment waits for somebody' },
    ]);
    expect(told[0]?.text).toMatch(
      /^A refund of 1234500 JPY could not be made\.\n.*\nPayment: p-1\nOrder: o-1$/,
    );
    expect(told[1]?.text).toMatch(/^Nothing was changed by it.*\nPayment: p-1\nOrder: o-1$/);
  });

  test('of a chargeback: the amount, the order and the payment, also of an order that is not known', async () => {
    const { customerId: _, ...unknown } = payment;
    const told = await toldOf('payment', {
      eventType: 'PaymentChargedBack',
      data: { ...unknown, chargebackId: 'call 0900 1', reason: 'call 0900 1' },
    });
    expect(told).toEqual([
      {
        audience: 'staff',
        orderId: 'o-1',
        subject: 'A payment was charged back',
        text: [
          'The bank of the customer took back 1234500 JPY.',
          'The order goes on: somebody has to decide what becomes of it.',
          'Payment: p-1',
          'Order: o-1',
        ].join('\n'),
      },
    ]);
  });

  test('nothing of what somebody decided', async () => {
    const data = { by: 'grace', note: 'Seen.' };
    expect(await toldOf('fraud-review', { eventType: 'FraudReviewApproved', data })).toEqual([undefined]);
  });
});
