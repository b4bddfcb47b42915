import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DomainEvent } from '#domain/index.ts';
import { orderAggregate } from '#domain/order/decisions.ts';
import { paymentAggregate } from '#domain/payment/decisions.ts';
import { createHandler } from '#functions/consumers/order-payments/handler.ts';
import type { RuntimeParts } from '#kit/config/runtime.ts';
import { type Consumers, startConsumers } from '#tests/support/consumers.ts';
import { killedAtEveryCall } from '#tests/support/killed.ts';

let the: Consumers;
beforeAll(async () => {
  the = await startConsumers();
});
afterAll(() => the.data.stop());

const orderPayments = (parts?: RuntimeParts) => createHandler(the.runtime('order-payments', parts));

async function place(): Promise<string> {
  const orderId = randomUUID();
  await the.command(orderAggregate, orderId, {
    type: 'place',
    customerId: 'ada',
    currency: 'USD',
    items: [{ sku: 'MUG', name: 'Mug', quantity: 2, unitPrice: 1_250, tracked: true, backorder: false }],
    shippingAddress: { line1: '1 Main St', city: 'Springfield', postalCode: '01101', country: 'US' },
    paymentTerms: 'prepaid',
    paymentDueAt: '2099-01-01T00:00:00.000Z',
    holdParameters: { highValueThreshold: 100_000, homeCountry: 'US' },
  });
  return orderId;
}

async function capture(orderId: string, change: { amount?: number; currency?: string } = {}) {
  const [captured] = await the.command(paymentAggregate, randomUUID(), {
    type: 'record',
    outcome: 'captured',
    orderId,
    customerId: 'ada',
    amount: 2_500,
    currency: 'USD',
    reference: 'ch_1',
    ...change,
  });
  if (!captured) throw new Error('not captured');
  return captured;
}

async function cancel(orderId: string): Promise<DomainEvent> {
  const [cancelled] = await the.command(orderAggregate, orderId, {
    type: 'cancel',
    reason: 'changed_my_mind',
  });
  if (!cancelled) throw new Error('not cancelled');
  return cancelled;
}

const typesOf = async (streamId: string) => (await the.stream(streamId)).map(({ eventType }) => eventType);

const ofOrder = (orderId: string) => typesOf(`order-${orderId}`);

describe('A captured payment', () => {
  test('pays its order, once, however often it comes', async () => {
    const orderId = await place();
    const captured = await capture(orderId);
    await the.handled(orderPayments(), captured, captured);
    await the.handled(orderPayments(), captured);
    expect(await ofOrder(orderId)).toEqual(['OrderCreated', 'OrderPaid']);
    expect(await typesOf(captured.streamId)).toEqual(['PaymentCaptured']);
    const [, paid] = await the.stream(`order-${orderId}`);
    expect(paid).toMatchObject({
      data: { paymentId: captured.aggregateId, captureId: 'ch_1:2500', amount: 2_500 },
      metadata: {
        userId: 'consumer:order-payments',
        correlationId: captured.metadata.correlationId,
        causationId: captured.eventId,
        commandId: expect.any(String),
      },
    });
  });

  test('goes back, once, where another has paid the order: also of two in one batch one pays and one goes back', async () => {
    const orderId = await place();
    const [one, two] = [await capture(orderId), await capture(orderId)];
    await the.handled(orderPayments(), one, two, one, two);
    await the.handled(orderPayments(), two, one);
    expect(await ofOrder(orderId)).toEqual(['OrderCreated', 'OrderPaid']);
    const payments = [await the.stream(one.streamId), await the.stream(two.streamId)];
    expect(payments.map(({ length }) => length).sort()).toEqual([1, 2]);
    expect(payments.flat().find(({ eventType }) => eventType === 'RefundRequested')).toMatchObject({
      data: { reason: 'excess', amount: 2_500 },
      metadata: { userId: 'consumer:order-payments' },
    });
  });

  test.each([
    ['the order is cancelled', 'order_cancelled', async () => capture(await cancelledOrder())],
    ['the currency is another', 'other_currency', async () => capture(await place(), { currency: 'EUR' })],
    ['nobody knows the order', 'order_not_found', async () => capture(randomUUID())],
  ])('goes back where %s, and that is the reason', async (_, reason, captureOne) => {
    const captured = await captureOne();
    await the.handled(orderPayments(), captured);
    await the.handled(orderPayments(), captured);
    expect(await the.stream(captured.streamId)).toMatchObject([{}, { data: { reason } }]);
  });

  test('that is more than the total is refunded for what is above it', async () => {
    const orderId = await place();
    const captured = await capture(orderId, { amount: 2_600 });
    await the.handled(orderPayments(), captured, captured);
    await the.handled(orderPayments(), captured);
    expect(await ofOrder(orderId)).toEqual(['OrderCreated', 'OrderPaid']);
    expect(await the.stream(captured.streamId)).toMatchObject([
      { eventType: 'PaymentCaptured' },
      { eventType: 'RefundRequested', data: { reason: 'excess', amount: 100 } },
    ]);
  });

  test('that is less than the total leaves the order short; another one completes it', async () => {
    const orderId = await place();
    const [first, second] = [await capture(orderId, { amount: 1_000 }), await capture(orderId)];
    await the.handled(orderPayments(), first, first);
    await the.handled(orderPayments(), second);
    await the.handled(orderPayments(), first, second);
    expect(await ofOrder(orderId)).toEqual(['OrderCreated', 'OrderPaymentReceived', 'OrderPaid']);
    expect(await typesOf(first.streamId)).toEqual(['PaymentCaptured']);
    expect(await the.stream(second.streamId)).toMatchObject([
      { eventType: 'PaymentCaptured' },
      { eventType: 'RefundRequested', data: { reason: 'excess', amount: 1_000 } },
    ]);
  });

  test('that has gone back before its message came pays for nothing', async () => {
    const orderId = await place();
    const captured = await capture(orderId);
    await the.command(paymentAggregate, captured.aggregateId, {
      type: 'requestRefund',
      refundId: 'r-1',
      reason: 'fraud',
    });
    await the.handled(orderPayments(), captured);
    expect(await ofOrder(orderId)).toEqual(['OrderCreated']);
  });
});

async function cancelledOrder(): Promise<string> {
  const orderId = await place();
  await cancel(orderId);
  return orderId;
}

describe('A cancelled order', () => {
  test('gets its payment back, once, and not through the message of the payment that comes again', async () => {
    const orderId = await place();
    const captured = await capture(orderId);
    await the.handled(orderPayments(), captured);
    const cancelled = await cancel(orderId);
    await the.handled(orderPayments(), cancelled, captured, cancelled);
    await the.handled(orderPayments(), cancelled, captured);
    expect(await the.stream(captured.streamId)).toMatchObject([
      { eventType: 'PaymentCaptured' },
      {
        eventType: 'RefundRequested',
        data: { reason: 'order_cancelled' },
        metadata: { causationId: cancelled.eventId },
      },
    ]);
  });

  test('whose payment went back already is done', async () => {
    const orderId = await place();
    const captured = await capture(orderId);
    await the.handled(orderPayments(), captured);
    await the.command(paymentAggregate, captured.aggregateId, {
      type: 'requestRefund',
      refundId: 'r-1',
      reason: 'goodwill',
    });
    await the.handled(orderPayments(), await cancel(orderId));
    expect(await typesOf(captured.streamId)).toEqual(['PaymentCaptured', 'RefundRequested']);
  });

  test('that nobody paid needs nothing', async () => {
    const orderId = await place();
    await the.handled(orderPayments(), await cancel(orderId));
    expect(await ofOrder(orderId)).toEqual(['OrderCreated', 'OrderCancelled']);
  });

  test('whose payment is nowhere to be found comes back, to be looked at', async () => {
    const orderId = await place();
    const pay = {
      type: 'applyCapture',
      paymentId: randomUUID(),
      captureId: 'c-1',
      amount: 2_500,
      currency: 'USD',
    } as const;
    await the.command(orderAggregate, orderId, pay);
    const cancelled = await cancel(orderId);
    expect(await the.deliver(orderPayments(), [cancelled])).toEqual([cancelled]);
  });
});

test('Killed at any call, it leaves each payment either with its order or refunded after the next delivery', async () => {
  const calls = await killedAtEveryCall(the.data.dynamo, async (dynamo) => {
    const orderId = await place();
    const [one, two] = [await capture(orderId), await capture(orderId)];
    await the.handled(orderPayments(), one);
    const late = await capture(await cancelledOrder());
    const other = await place();
    const third = await capture(other);
    await the.deliver(orderPayments({ dynamo }), [two, late, third]);
    await the.handled(orderPayments(), two, late, third);
    expect(await ofOrder(orderId)).toEqual(['OrderCreated', 'OrderPaid']);
    expect(await ofOrder(other)).toEqual(['OrderCreated', 'OrderPaid']);
    expect(await typesOf(one.streamId)).toEqual(['PaymentCaptured']);
    expect(await typesOf(two.streamId)).toEqual(['PaymentCaptured', 'RefundRequested']);
    expect(await typesOf(late.streamId)).toEqual(['PaymentCaptured', 'RefundRequested']);
    expect(await typesOf(third.streamId)).toEqual(['PaymentCaptured']);
  });
  // The payment and the order read, and either the order paid, or read again as it takes nothing, and the payment refunded.
  expect(calls).toBe(4 + 4 + 3);
});
