import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { NewDomainEvent } from '#domain/index.ts';
import { auditedTypes } from '#functions/operations/audit/delivery-checks.ts';
import type { Rechecked } from '#functions/operations/audit/recheck.ts';
import { BY_TYPE_SHARDS, toItem } from '#kit/event-store/event-item.ts';
import { generationsKey } from '#kit/projections/keys.ts';
import { orderLife } from '#tests/support/streams.ts';
import { watched } from '#tests/support/tables.ts';
import { type Auditing, DAY, deliveriesOf, HOUR, MINUTE, placesOf, startAuditing } from './auditing.ts';

let auditing: Auditing;
beforeEach(async () => {
  auditing = await startAuditing();
});
afterEach(() => auditing.the.data.stop());

const life = orderLife('ada');
const created = life.slice(0, 1);
const received = (quantity: number): NewDomainEvent => ({
  eventType: 'StockReceived',
  data: { sku: 'MUG', quantity },
});
const payment = { orderId: '1', customerId: 'ada', amount: 2_999, currency: 'USD', reference: 'ch_1' };
const declined: NewDomainEvent = { eventType: 'PaymentDeclined', data: { ...payment, attemptId: 'a-1' } };

const audit = (input: object = {}) => auditing.audit(input);

test('Where everything has arrived nothing is sent', async () => {
  const order = await auditing.append(HOUR, 'order-1', life);
  await auditing.arrive(
    await auditing.append(HOUR, 'inventory-CUP', [received(1), received(2)]),
    'stock-view',
  );
  await auditing.arrive(order, 'order-view');
  await auditing.arrive(
    order.filter(({ eventType }) => eventType !== 'OrderPaid'),
    'sales',
    'notifications',
    'inventory',
  );
  await auditing.arrive(
    await auditing.append(HOUR, 'customer-ada', [
      { eventType: 'CustomerRegistered', data: { name: 'Ada', email: 'ada@example.com' } },
    ]),
    'order-view',
  );
  await auditing.arrive(await auditing.append(HOUR, 'payment-2', [declined]), 'notifications', 'order-view');
  expect(await audit()).toMatchObject({ events: 8, behind: [], redelivered: 0, progress: 1 });
  expect(auditing.sent).toEqual([]);
});

test('What is younger than the limit is left alone', async () => {
  await auditing.append(6 * MINUTE, 'order-old', created);
  await auditing.append(4 * MINUTE, 'order-young', created);
  expect(await audit()).toMatchObject({ events: 1, redelivered: 3 });
  expect(placesOf(auditing.redelivered)).toEqual(['order-old@1']);
  auditing.clear();
  await audit({ limit: 60 });
  expect(placesOf(auditing.redelivered)).toEqual(['order-old@1', 'order-young@1']);
});

describe('What a clock that runs ahead has written', () => {
  test('is looked at as well, up to two days ahead', async () => {
    await auditing.append(-15 * HOUR, 'order-tonight', created);
    await auditing.append(-47 * HOUR, 'order-tomorrow', created);
    await auditing.append(2 * MINUTE, 'order-young', created);
    await auditing.append(-49 * HOUR, 'order-beyond', created);
    expect(await audit()).toMatchObject({ events: 2, redelivered: 6, to: '2026-06-15T11:55:00.000Z' });
    expect(placesOf(auditing.redelivered)).toEqual(['order-tomorrow@1', 'order-tonight@1']);
  });

  test('is none of the time that somebody asks for', async () => {
    await auditing.append(-15 * HOUR, 'order-tonight', created);
    const now = new Date(auditing.now).toISOString();
    expect(await audit({ to: now })).toMatchObject({ events: 0, redelivered: 0 });
    const tonight = new Date(auditing.now + 16 * HOUR).toISOString();
    expect(await audit({ from: now, to: tonight })).toMatchObject({ events: 1, redelivered: 3 });
  });
});

test('A view that has filled its gap from the table does not hide what others never got', async () => {
  const [first, second] = await auditing.append(HOUR, 'order-1', life.slice(0, 2));
  if (!first || !second) throw new Error('two events');
  await auditing.arrive([second], 'order-view');
  const { behind } = await audit();
  expect(behind).toMatchObject([
    { streamId: 'order-1', version: 1, missingAt: [{ consumer: 'sales' }, { consumer: 'notifications' }] },
  ]);
  // As it was stored, to those who lack it and nobody else.
  expect(auditing.redelivered).toEqual([first]);
  expect(deliveriesOf(auditing.sent)).toEqual(['notifications order-1@1', 'sales order-1@1']);
});

test('Where only a projection is behind, the newest event of each stream goes to its own queue', async () => {
  const stock = await auditing.append(HOUR, 'inventory-CUP', [received(1), received(2), received(3)]);
  const order = await auditing.append(HOUR, 'order-1', life.slice(0, 3));
  await auditing.arrive(stock.slice(0, 1), 'stock-view');
  await auditing.arrive([order[0], order[2]] as typeof order, 'sales', 'notifications');
  const { behind, redelivered } = await audit();
  expect(behind).toHaveLength(5);
  expect(behind[4]).toMatchObject({
    streamId: 'inventory-CUP',
    missingAt: [{ consumer: 'stock-view', reached: 1 }],
  });
  expect(new Set(auditing.sent.map(({ queue }) => queue))).toEqual(new Set(['order-view', 'stock-view']));
  expect(auditing.sent.at(-1)?.event).toEqual(stock[2]);
  expect(redelivered).toBe(auditing.sent.length);
  await auditing.arrive(
    auditing.sent.filter(({ queue }) => queue === 'stock-view').map(({ event }) => event),
    'stock-view',
  );
  expect((await audit()).behind.filter(({ eventType }) => eventType === 'StockReceived')).toEqual([]);
});

test('Of a projection that was rebuilt the generation is asked that queries read', async () => {
  const { data } = auditing.the;
  const order = await auditing.append(HOUR, 'order-1', life.slice(0, 2));
  await auditing.arrive(order.slice(0, 1), 'order-view', 'sales', 'notifications');
  const TableName = data.runtime().setting('READ_MODEL_TABLE');
  const switchTo = (live: number) =>
    data.dynamo.send(
      new PutCommand({
        TableName,
        Item: { ...generationsKey('order-view'), live, newest: 2, changeId: String(live) },
      }),
    );
  await switchTo(2);
  await auditing.arrive(order, 'order-view');
  expect(await audit()).toMatchObject({ behind: [] });
  await switchTo(1);
  const [finding] = (await audit()).behind;
  expect(finding).toMatchObject({ version: 2, missingAt: [{ consumer: 'order-view', reached: 1 }] });
});

test('Of what is older than consumers remember only projections are asked', async () => {
  await auditing.append(30 * DAY, 'order-1', created);
  await auditing.append(30 * DAY, 'payment-1', [declined]);
  const { behind } = await audit({ from: '2026-05-16', to: '2026-05-17' });
  expect(behind).toMatchObject([
    { streamId: 'order-1', missingAt: [{ consumer: 'order-view', reached: 0 }] },
    { streamId: 'payment-1', missingAt: [{ consumer: 'order-view', reached: 0 }] },
  ]);
  expect(deliveriesOf(auditing.sent)).toEqual(['order-view order-1@1', 'order-view payment-1@1']);
});

test('A time is from inclusive, to exclusive, over the end of a day', async () => {
  await auditing.append(auditing.now - Date.UTC(2026, 5, 13, 23, 59, 59), 'order-1', life.slice(0, 2));
  await auditing.append(auditing.now - Date.UTC(2026, 5, 14, 0, 0, 5), 'order-2', created);
  const range = { from: '2026-06-13T23:59:59Z', to: '2026-06-14T00:00:05Z', redeliver: false };
  expect(placesOf((await audit(range)).behind)).toEqual(['order-1@1', 'order-1@2']);
});

test('More than a page, in chunks: every event once, and continued where the last chunk ended', async () => {
  await Promise.all(
    Array.from({ length: 130 }, (_, index) => auditing.append(HOUR + index, `order-${index}`, created)),
  );
  let answer = await audit({ redeliver: false });
  expect(answer.continuationToken).toBeUndefined();
  let ms = auditing.now;
  const now = () => {
    ms += 6_000;
    return ms;
  };
  const found: string[] = [];
  let chunks = 0;
  let input: object = { redeliver: false };
  do {
    answer = await auditing.audit(input, { now });
    found.push(...placesOf(answer.behind));
    input = { redeliver: false, continuationToken: answer.continuationToken };
    chunks++;
  } while (answer.continuationToken);
  expect(chunks).toBeGreaterThan(2);
  expect(answer.progress).toBe(1);
  expect(found).toHaveLength(130);
  expect(new Set(found).size).toBe(130);
});

test('What was behind is looked at again until it has arrived', async () => {
  const [order] = await auditing.append(HOUR, 'order-1', created);
  if (!order) throw new Error('one event');
  const { behind } = await audit();
  await auditing.arrive([order], 'sales', 'notifications');
  let naps = 0;
  const sleep = async () => {
    if (++naps === 2) await auditing.arrive([order], 'order-view');
  };
  expect(await auditing.audit<Rechecked>({ events: behind }, { sleep })).toEqual({ behind: [] });
  expect(naps).toBe(2);
});

test('An audit takes few calls', async () => {
  const pages = 2;
  await Promise.all(
    Array.from({ length: 100 * pages }, (_, index) =>
      auditing.append(HOUR + index, `order-${index}`, created),
    ),
  );
  const { counts, dynamo } = watched(auditing.the.data.dynamo);
  await auditing.audit({ from: '2026-06-15T00:00:00Z', redeliver: false }, { dynamo });
  const events = 100 * pages;
  expect(counts).toEqual({
    // Of three days a page for each type, for these events one more, and for each of them its order, which waits for no stock.
    QueryCommand: (3 * auditedTypes.length + pages - 1) * BY_TYPE_SHARDS + events,
    // Views, markers of sales, the events themselves, and messages: each for a page at once.
    BatchGetCommand: pages * 4,
    // Which generation is live, once.
    GetCommand: 1,
  });
});

test.each([
  [{ scheduled: true, limit: 1 }, /scheduled goes with nothing else/],
  [{ events: [] }, /events: /],
  [{ from: 'yesterday', limit: -1 }, /from: must be a time with its zone.*limit: /],
  [{ from: '2026-06-02', to: '2026-06-01' }, /from must be before to/],
  [{ projection: 'sales' }, /projection/],
])('%j is refused', async (input, message) => {
  await expect(audit(input)).rejects.toThrow(message);
});

test('One event that nobody can send does not keep the audit from the others', async () => {
  const [unsafe] = await auditing.append(3 * HOUR, 'order-unsafe', life.slice(0, 1));
  const [large] = await auditing.append(2 * HOUR, 'order-large', life.slice(0, 1));
  const stock = await auditing.append(2 * HOUR, 'inventory-BAD', [received(1)]);
  const [fine] = await auditing.append(HOUR, 'order-fine', life.slice(0, 1));
  if (!unsafe || !large || !fine || !stock[0]) throw new Error('four events');
  // By hand, beyond what our code writes: a number that no double holds, and more than a message takes.
  const TableName = auditing.the.data.runtime().setting('EVENTS_TABLE');
  const put = (event: typeof unsafe, data: object) =>
    auditing.the.data.dynamo.send(new PutCommand({ TableName, Item: { ...toItem(event), data } }));
  await put(unsafe, { total: 12345678901234567890n });
  await put(large, { text: 'x'.repeat(300_000) });
  await put(stock[0], { quantity: -12345678901234567890n });

  const { behind, redelivered } = await audit();
  expect(behind.map(({ streamId }) => streamId).sort()).toEqual([
    'inventory-BAD',
    'order-fine',
    'order-large',
    'order-unsafe',
  ]);
  expect(placesOf(auditing.redelivered)).toEqual(['order-fine@1', 'order-large@1']);
  expect(redelivered).toBe(auditing.sent.length);
  // By each of those who lack them.
  expect(auditing.metrics.EventsRefused).toBe(5);
});
