import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DomainEvent } from '#domain/index.ts';
import { orderAggregate } from '#domain/order/decisions.ts';
import { paymentAggregate } from '#domain/payment/decisions.ts';
import { createHandler as deadlines } from '#functions/consumers/deadlines/handler.ts';
import { createHandler as orderPayments } from '#functions/consumers/order-payments/handler.ts';
import { DUE } from '#kit/deadlines/due-message.ts';
import { MESSAGE_TYPE } from '#kit/events/message-attributes.ts';
import { type Consumers, startConsumers } from '#tests/support/consumers.ts';
import { sqsEvent } from '#tests/support/sqs-event.ts';
import { orderLife, streamAt } from '#tests/support/streams.ts';

let the: Consumers;
beforeAll(async () => {
  the = await startConsumers();
});
afterAll(() => the.data.stop());

const PLACED = '2026-05-01T12:00:00.000Z';
const DUE_AT = '2026-05-01T13:00:00.000Z';
const at = (ms: number) => ({ now: () => Date.parse(DUE_AT) + ms });

async function placed(): Promise<DomainEvent> {
  const [event] = orderLife('ada');
  const data = { ...event?.data, paymentDueAt: DUE_AT };
  const [created] = streamAt(PLACED, 'order', randomUUID(), [{ ...event, data } as never]);
  if (!created) throw new Error('no order');
  await the.data.store([created]);
  return created;
}

/** The message of the tick, as it arrives `ms` after the deadline; answers whether it was handled. */
async function fire({ streamId, version, eventId }: DomainEvent, ms: number): Promise<boolean> {
  const { Records } = sqsEvent([{} as DomainEvent]);
  const [record] = Records;
  if (!record) throw new Error('no record');
  const body = JSON.stringify({ streamId, version, eventId, dueAt: DUE_AT });
  const type = { dataType: 'String', stringValue: DUE, stringListValues: [], binaryListValues: [] };
  const message = { ...record, body, messageAttributes: { [MESSAGE_TYPE]: type } };
  const handler = deadlines(the.runtime('deadlines', at(ms)));
  const { batchItemFailures } = await handler({ Records: [message] });
  return batchItemFailures.length === 0;
}

/** A payment of the whole order that is captured and applied, by clocks that are `ms` beyond the deadline. */
async function pay({ aggregateId: orderId }: DomainEvent, ms: number): Promise<string> {
  const paymentId = randomUUID();
  const captured = await the.command(paymentAggregate, paymentId, {
    type: 'record',
    orderId,
    customerId: 'ada',
    amount: 2_999,
    currency: 'USD',
    reference: paymentId,
    outcome: 'captured',
  });
  await the.handled(orderPayments(the.runtime('order-payments', at(ms))), ...captured);
  return paymentId;
}

const typesOf = async (streamId: string) => (await the.stream(streamId)).map(({ eventType }) => eventType);

describe('A payment at the deadline', () => {
  test.each([-1, 0, 1])(
    'that is appended first, %d ms after it, pays the order: the deadline means nothing',
    async (ms) => {
      const order = await placed();
      const paymentId = await pay(order, ms);
      expect(await fire(order, Math.max(ms, 0))).toBe(true);
      expect(await typesOf(order.streamId)).toEqual(['OrderCreated', 'OrderPaid']);
      expect(await typesOf(`payment-${paymentId}`)).toEqual(['PaymentCaptured']);
    },
  );

  test.each([0, 1])('that is appended after the cancellation, %d ms after it, is refunded', async (ms) => {
    const order = await placed();
    expect(await fire(order, ms)).toBe(true);
    const paymentId = await pay(order, ms);
    expect(await the.stream(order.streamId)).toMatchObject([
      { eventType: 'OrderCreated' },
      { eventType: 'OrderCancelled', data: { reason: 'payment_overdue', payments: [] } },
    ]);
    expect(await the.stream(`payment-${paymentId}`)).toMatchObject([
      { eventType: 'PaymentCaptured' },
      { eventType: 'RefundRequested', data: { amount: 2_999, reason: 'order_cancelled' } },
    ]);
  });

  test('that is appended at the same moment: either the order is paid or the money goes back', async () => {
    for (let round = 0; round < 5; round++) {
      const order = await placed();
      const [isHandled, paymentId] = await Promise.all([fire(order, 0), pay(order, 0)]);
      expect(isHandled).toBe(true);
      const stream = await typesOf(order.streamId);
      const payment = await typesOf(`payment-${paymentId}`);
      expect([
        [['OrderCreated', 'OrderPaid'], ['PaymentCaptured']],
        [
          ['OrderCreated', 'OrderCancelled'],
          ['PaymentCaptured', 'RefundRequested'],
        ],
      ]).toContainEqual([stream, payment]);
    }
  });

  test('is never overtaken by a deadline whose message is early', async () => {
    const order = await placed();
    expect(await fire(order, -1)).toBe(false);
    await pay(order, -1);
    expect(await fire(order, 0)).toBe(true);
    expect(await typesOf(order.streamId)).toEqual(['OrderCreated', 'OrderPaid']);
  });

  test('in a part that came before it is refunded with the cancellation', async () => {
    const order = await placed();
    await the.command(orderAggregate, order.aggregateId, {
      type: 'applyCapture',
      paymentId: 'p-1',
      captureId: 'c-1',
      amount: 1_000,
      currency: 'USD',
    });
    expect(await fire(order, 0)).toBe(true);
    expect(await fire(order, 60_000)).toBe(true);
    expect((await the.stream(order.streamId)).slice(2)).toMatchObject([
      {
        eventType: 'OrderCancelled',
        data: { payments: [{ paymentId: 'p-1', captureId: 'c-1', amount: 1_000 }] },
      },
    ]);
  });
});
