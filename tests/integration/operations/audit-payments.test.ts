import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { NewDomainEvent } from '#domain/index.ts';
import { orderLife } from '#tests/support/streams.ts';
import { type Auditing, HOUR, placesOf, startAuditing } from './auditing.ts';

let auditing: Auditing;
beforeEach(async () => {
  auditing = await startAuditing();
});
afterEach(() => auditing.the.data.stop());

const life = orderLife('ada');
const created = life.slice(0, 1);
const payment = { orderId: '1', customerId: 'ada', amount: 2_999, currency: 'USD', reference: 'ch_1' };
const captured: NewDomainEvent = { eventType: 'PaymentCaptured', data: { ...payment, captureId: 'c-1' } };

const audit = (input: object = {}) => auditing.audit(input);

describe('The cancellation of a paid order has arrived', () => {
  const cancelled: NewDomainEvent = {
    eventType: 'OrderCancelled',
    data: {
      customerId: 'ada',
      reason: 'late',
      total: 2_999,
      currency: 'USD',
      items: [{ sku: 'MUG', quantity: 1 }],
      payments: [{ paymentId: '1', captureId: 'c-1', amount: 2_999 }],
      holds: [],
    },
  };
  const open = async () =>
    (await audit({ redeliver: false })).behind.filter(({ missingAt }) =>
      missingAt.some(({ consumer }) => consumer === 'order-payments'),
    );

  test('once the payment was refunded, though everybody else has had it', async () => {
    const paid = { customerId: 'ada', paymentId: '1', captureId: 'c-1', amount: 2_999, currency: 'USD' };
    const order = await auditing.append(HOUR, 'order-1', [
      ...created,
      { eventType: 'OrderPaid', data: paid },
      cancelled,
    ]);
    await auditing.append(2 * HOUR, 'payment-1', [captured]);
    await auditing.arrive(order, 'order-view', 'notifications');
    await auditing.arrive(
      order.filter(({ eventType }) => eventType !== 'OrderPaid'),
      'sales',
    );
    expect(await open()).toMatchObject([
      { streamId: 'order-1', version: 3, missingAt: [{ consumer: 'order-payments' }] },
    ]);
    await auditing.arrive(order.slice(2), 'order-payments');
    expect(await open()).toEqual([]);
  });

  test('at once where nobody had paid', async () => {
    const unpaid = { ...(cancelled.data as Record<string, unknown>), payments: [] };
    const order = await auditing.append(HOUR, 'order-1', [
      ...created,
      { ...cancelled, data: unpaid } as unknown as NewDomainEvent,
    ]);
    await auditing.arrive(order, 'order-view', 'sales', 'notifications');
    expect((await audit()).behind).toEqual([]);
  });
});

describe('A captured payment has arrived', () => {
  const paidWith = (paymentId: string): NewDomainEvent => ({
    eventType: 'OrderPaid',
    data: { customerId: 'ada', paymentId, captureId: 'c-1', amount: 2_999, currency: 'USD' },
  });
  const open = async () =>
    (await audit({ redeliver: false })).behind.filter(
      ({ eventType, missingAt }) =>
        eventType === 'PaymentCaptured' && missingAt.some(({ consumer }) => consumer === 'order-payments'),
    );

  test('once it has paid its order, or has been refunded', async () => {
    await auditing.append(HOUR, 'order-1', created);
    const payments = await auditing.append(HOUR, 'payment-1', [captured]);
    await auditing.append(HOUR, 'payment-2', [captured]);
    expect(placesOf(await open())).toEqual(['payment-1@1', 'payment-2@1']);
    await auditing.arrive(payments, 'order-payments');
    expect(placesOf(await open())).toEqual(['payment-2@1']);
    const [, refund] = await auditing.append(HOUR, 'payment-2', [
      captured,
      { eventType: 'RefundRequested', data: { ...payment, refundId: 'r-1', reason: 'excess' } },
    ]);
    expect(refund?.version).toBe(2);
    expect(await open()).toEqual([]);
  });

  test('where its order took it; another payment of that order is not meant', async () => {
    await auditing.append(HOUR, 'payment-1', [captured]);
    await auditing.append(HOUR, 'payment-2', [captured]);
    await auditing.append(HOUR, 'order-1', [...created, paidWith('2')]);
    expect(placesOf(await open())).toEqual(['payment-1@1']);
  });

  test('once its order has taken a part of it, and each part by itself', async () => {
    const part = (captureId: string): NewDomainEvent => ({
      eventType: 'PaymentCaptured',
      data: { ...payment, amount: 1_000, captureId },
    });
    const parts = await auditing.append(HOUR, 'payment-1', [part('c-1'), part('c-2')]);
    await auditing.append(HOUR, 'order-1', created);
    await auditing.arrive(parts.slice(0, 1), 'order-payments');
    expect(placesOf(await open())).toEqual(['payment-1@2']);
    await auditing.arrive(parts.slice(1), 'order-payments');
    expect(await open()).toEqual([]);
  });

  test.each<[string, NewDomainEvent[]]>([
    [
      'nothing was captured',
      [{ eventType: 'PaymentCaptured', data: { ...payment, amount: 0, captureId: 'c-1' } }],
    ],
    [
      'the provider had given it back before',
      [{ eventType: 'PaymentRefunded', data: { ...payment, refundId: 'r-1', reason: 'reported' } }, captured],
    ],
    [
      'the bank has taken it back',
      [captured, { eventType: 'PaymentChargedBack', data: { ...payment, chargebackId: 'd-1' } }],
    ],
  ])('where there is nothing to do: %s', async (_, events) => {
    await auditing.append(HOUR, 'payment-1', events);
    await auditing.append(HOUR, 'order-1', created);
    expect(await open()).toEqual([]);
  });

  test('not, where its body is not as it should be', async () => {
    const data = { shape: 'of tomorrow' } as never;
    await auditing.append(HOUR, 'payment-1', [{ eventType: 'PaymentCaptured', data }]);
    expect(placesOf(await open())).toEqual(['payment-1@1']);
    expect(await audit()).toMatchObject({ redelivered: 3 });
  });
});
