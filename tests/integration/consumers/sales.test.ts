import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DomainEvent } from '#domain/index.ts';
import { createHandler } from '#functions/consumers/sales/handler.ts';
import { batchGet } from '#kit/aws/batch-get.ts';
import type { RuntimeParts } from '#kit/config/runtime.ts';
import { SALES_SHARDS, salesKey, salesShardOf } from '#read-model/keys.ts';
import { readSales } from '#read-model/sales.ts';
import { type Consumers, startConsumers } from '#tests/support/consumers.ts';
import { killedAtEveryCall } from '#tests/support/killed.ts';
import { cancellation, orderLife, streamAt } from '#tests/support/streams.ts';
import { watched } from '#tests/support/tables.ts';

let the: Consumers;
beforeAll(async () => {
  the = await startConsumers();
});
afterAll(() => the.data.stop());

const sales = (parts?: RuntimeParts) => createHandler(the.runtime('sales', parts));

/** Each test counts on days of its own. */
let lastDay = Date.UTC(2030, 0, 1);
function newDay(): string {
  lastDay += 86_400_000;
  return new Date(lastDay).toISOString().slice(0, 10);
}

const countedOn = async (day: string) => (await readSales(the.data.runtime(), [day])).get(day);

/** Created, paid, shipped, delivered: three of them are of interest; 29.99 each. */
const shipped = (day: string, orderId: string = randomUUID()): DomainEvent[] =>
  streamAt(`${day}T12:00:00.000Z`, 'order', orderId, orderLife('ada'));

const cancelled = (day: string, orderId: string = randomUUID()): DomainEvent[] =>
  streamAt(`${day}T12:00:00.000Z`, 'order', orderId, [...orderLife('ada').slice(0, 1), cancellation()]);

function shippedInShard(day: string, shard: number): DomainEvent[] {
  for (;;) {
    const events = shipped(day);
    if (salesShardOf(events[0]?.eventId ?? '') === shard) return events;
  }
}

const none = {
  orders: 0,
  ordered: 0,
  cancelled: 0,
  cancelledAmount: 0,
  shipped: 0,
  captured: 0,
  refunded: 0,
};

describe('The sales of a day', () => {
  test('count what came, whatever its order, and each event once', async () => {
    const day = newDay();
    const events = [...shipped(day), ...shipped(day), ...cancelled(day)];
    const handler = sales();
    await the.handled(handler, ...[...events].reverse());
    await the.handled(handler, ...events, ...events);
    expect(await countedOn(day)).toEqual({
      ...none,
      orders: 3,
      ordered: 8_997,
      cancelled: 1,
      cancelledAmount: 2_999,
      shipped: 2,
    });
  });

  test('count what was captured, refunded and charged back, not what was only asked for', async () => {
    const day = newDay();
    const money = { orderId: 'o-1', customerId: 'ada', currency: 'USD', reference: 'ch_1' };
    const events = streamAt(`${day}T12:00:00.000Z`, 'payment', randomUUID(), [
      { eventType: 'PaymentCaptured', data: { ...money, amount: 5_000, captureId: 'c-1' } },
      { eventType: 'RefundRequested', data: { ...money, amount: 1_000, refundId: 'r-1', reason: 'damaged' } },
      { eventType: 'PaymentRefunded', data: { ...money, amount: 1_000, refundId: 'r-1', reason: 'damaged' } },
      { eventType: 'RefundRequested', data: { ...money, amount: 500, refundId: 'r-2', reason: 'late' } },
      { eventType: 'RefundFailed', data: { ...money, amount: 500, refundId: 'r-2', reason: 'late' } },
      { eventType: 'PaymentChargedBack', data: { ...money, amount: 200, chargebackId: 'd-1' } },
    ]);
    await the.handled(sales(), ...events, ...events);
    expect(await countedOn(day)).toEqual({ ...none, captured: 5_000, refunded: 1_200 });
  });

  test('count a refund that came back, and was made again, once', async () => {
    const day = newDay();
    const money = { orderId: 'o-1', customerId: 'ada', currency: 'USD', reference: 'ch_1', amount: 1_000 };
    const refund = (refundId: string) => ({ ...money, refundId, reason: 'damaged' });
    const events = streamAt(`${day}T12:00:00.000Z`, 'payment', randomUUID(), [
      { eventType: 'PaymentCaptured', data: { ...money, captureId: 'c-1' } },
      { eventType: 'PaymentRefunded', data: refund('r-1') },
      { eventType: 'RefundFailed', data: { ...refund('r-1'), returned: 1_000 } },
      { eventType: 'PaymentRefunded', data: refund('r-2') },
    ]);
    await the.handled(sales(), ...[...events].reverse());
    await the.handled(sales(), ...events);
    expect(await countedOn(day)).toEqual({ ...none, captured: 1_000, refunded: 1_000 });
  });

  test('know a cancellation of the day after on that day', async () => {
    const [day, next] = [newDay(), newDay()];
    const orderId = randomUUID();
    const [created] = cancelled(day, orderId);
    const [, later] = cancelled(next, orderId);
    await the.handled(sales(), ...[later, created].flatMap((event) => event ?? []));
    expect(await countedOn(day)).toEqual({ ...none, orders: 1, ordered: 2_999 });
    expect(await countedOn(next)).toEqual({ ...none, cancelled: 1, cancelledAmount: 2_999 });
  });

  test('cost one transaction for all events of a batch, and a call for each 25 markers', async () => {
    const day = newDay();
    const orders = Array.from({ length: 20 }, () => shipped(day));
    const { dynamo, counts } = watched(the.data.dynamo);
    await the.handled(sales({ dynamo }), ...orders.flat());
    expect(counts).toEqual({ BatchExecuteStatementCommand: 2, TransactWriteCommand: 1 });
    expect(await countedOn(day)).toMatchObject({ orders: 20, shipped: 20 });
  });

  test('go to the shard of the first event: no item takes every batch', async () => {
    const day = newDay();
    for (let shard = 0; shard < SALES_SHARDS; shard++) {
      await the.handled(sales(), ...shippedInShard(day, shard), ...shipped(day));
      const [share] = await batchGet(the.data.runtime(), 'READ_MODEL_TABLE', [salesKey(day, shard)]);
      expect(share).toMatchObject({ orders: 2, shipped: 2 });
    }
    expect(await countedOn(day)).toMatchObject({ orders: 2 * SALES_SHARDS, shipped: 2 * SALES_SHARDS });
  });

  test('are exact where several invocations count at once, each event in two of them', async () => {
    const day = newDay();
    const orders = Array.from({ length: 30 }, () => shipped(day));
    const sleep = (ms: number) => pause(ms);
    await Promise.all(
      [0, 1, 2].map(async (worker) => {
        let open = orders.filter((_, index) => index % 3 !== worker).flat();
        while (open.length > 0) open = await the.deliver(sales({ sleep }), open);
      }),
    );
    expect(await countedOn(day)).toEqual({ ...none, orders: 30, ordered: 30 * 2_999, shipped: 30 });
  });

  test('let the messages of a day that cannot be written come back, and no others', async () => {
    const [day, other] = [newDay(), newDay()];
    const [bad, good] = [shipped(day), shipped(other)];
    const dynamo = {
      send: async (command: { input: object }) => {
        if (JSON.stringify(command.input).includes(`SALES#${day}#`)) throw new Error('throttled');
        return the.data.dynamo.send(command as never);
      },
    } as never;
    const open = await the.deliver(sales({ dynamo }), [...bad, ...good]);
    const types = open.map(({ streamId, eventType }) => `${streamId} ${eventType}`);
    const badStream = bad[0]?.streamId;
    expect(types).toEqual([`${badStream} OrderCreated`, `${badStream} OrderShipped`]);
    await the.handled(sales(), ...open);
    for (const counted of [day, other])
      expect(await countedOn(counted)).toEqual({ ...none, orders: 1, ordered: 2_999, shipped: 1 });
  });

  test('are exact after a kill at any call', async () => {
    const calls = await killedAtEveryCall(the.data.dynamo, async (dynamo) => {
      const day = newDay();
      const events = [...shipped(day), ...shipped(day), ...cancelled(day)];
      await the.deliver(sales({ dynamo }), events);
      await the.handled(sales(), ...events);
      expect(await countedOn(day)).toEqual({
        ...none,
        orders: 3,
        ordered: 8_997,
        cancelled: 1,
        cancelledAmount: 2_999,
        shipped: 2,
      });
    });
    expect(calls).toBe(2);
  });
});
