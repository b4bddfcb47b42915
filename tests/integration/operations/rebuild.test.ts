import { PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RebuildStatus } from '../../../functions/operations/rebuild/rebuild.ts';
import { customerView } from '../../../shared/domain/customer/view.ts';
import { type DomainEvent, upcast } from '../../../shared/domain/events.ts';
import { stockView } from '../../../shared/domain/inventory/view.ts';
import { orderView } from '../../../shared/domain/order/view.ts';
import { inFirstGeneration, orderKey, stockKey, viewOf } from '../../../shared/read-model/keys.ts';
import { eventually } from '../../support/eventually.ts';
import { httpEvent, type Sent } from '../../support/http-send.ts';
import { streamAt } from '../../support/streams.ts';
import { type System, startSystem } from '../../support/system.ts';

const RUNNING = ['publish-events', 'order-view', 'stock-view', 'notifications'];
const SCOPE = 'orders:manage inventory:write audit:read payments:write';

// Everybody's clock goes twenty times as fast: what a process remembers for five seconds, it forgets in a quarter of one,
// and the two (real) seconds before the work begins are forty, more than those and the timeout of a consumer.
const STARTED = Date.now();
const now = () => STARTED + 20 * (Date.now() - STARTED);

let system: System;
beforeAll(async () => {
  system = await startSystem({
    runs: (name) => RUNNING.includes(name),
    parts: () => ({ now }),
    settings: { SETTLE_SECONDS: '2' },
  });
}, 60_000);
afterAll(() => system?.stop());

async function call(name: string, sent: Sent) {
  const answer = await system.invoke(name, httpEvent({ scope: SCOPE, sub: 'ada', ...sent }));
  const { statusCode: status, body } = answer as { statusCode: number; body: string };
  return { status, body: JSON.parse(body) };
}

const rebuild = (projection: string, action: string, more: object = {}) =>
  system.invoke('rebuild', { projection, action, ...more }) as Promise<RebuildStatus>;

const reach = (projection: string, phase: string | undefined) =>
  eventually(
    async () => {
      const status = await rebuild(projection, 'advance');
      expect(status.other?.phase).toBe(phase);
      return status;
    },
    { timeoutMs: 20_000, everyMs: 50 },
  );

async function scan(table: 'EventsTable' | 'ReadModelTable'): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const TableName = system.stack.tables[table]?.name;
    const page = await system.dynamo.send(
      new ScanCommand({ TableName, ConsistentRead: true, ExclusiveStartKey: start }),
    );
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start);
  return items;
}

const order = {
  items: [{ sku: 'MUG', name: 'Mug', quantity: 2, unitPrice: 12.5 }],
  shippingAddress: { line1: '1 Main St', city: 'Springfield', postalCode: '01101', country: 'US' },
};

/** mulberry32: the same numbers for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Customers who order, cancel, move and rename themselves, one command after the other, until told to stop. */
function traffic(seed: number) {
  const random = randomOf(seed);
  const pick = <T>(all: readonly T[]) => all[Math.floor(random() * all.length)] as T;
  const open: string[] = [];
  let stopped = false;
  let commands = 0;
  const work = async () => {
    while (!stopped) {
      commands++;
      const at = random();
      if (at < 0.5 || open.length === 0) {
        const { body } = await call('place-order', { sub: pick(['ada', 'bob']), body: order });
        open.push(body.orderId);
      } else if (at < 0.8) {
        const orderId = open.splice(Math.floor(random() * open.length), 1)[0] ?? '';
        await call('cancel-order', { params: { orderId }, body: { reason: 'changed my mind' } });
      } else if (at < 0.9) {
        await call('rename-customer', { params: { customerId: 'ada' }, body: { name: `Ada ${commands}` } });
      } else {
        await call('receive-stock', { params: { sku: pick(['MUG', 'PEN']) }, body: { quantity: 1 } });
      }
      await new Promise((resolve) => setTimeout(resolve, 20 * random()));
    }
  };
  const ended = Promise.all([work(), work()]);
  return {
    async stop() {
      stopped = true;
      await ended;
      return commands;
    },
  };
}

const applied = { order: orderView, customer: customerView, inventory: stockView } as Record<
  string,
  (view: never, event: never) => unknown
>;

/** What the streams say that a projection's views must be, by stream. */
async function folds(aggregates: readonly string[]): Promise<Map<string, unknown>> {
  const streams = new Map<string, DomainEvent[]>();
  for (const item of await scan('EventsTable')) {
    const event = upcast(item);
    if (aggregates.includes(event.aggregateType)) {
      streams.set(event.streamId, [...(streams.get(event.streamId) ?? []), event]);
    }
  }
  return new Map(
    [...streams].map(([streamId, events]) => {
      const apply = applied[events[0]?.aggregateType ?? ''];
      const sorted = events.sort((a, b) => a.version - b.version);
      return [
        streamId,
        sorted.reduce((view, event) => apply?.(view as never, event as never), undefined as unknown),
      ];
    }),
  );
}

/** The views of a generation of order-view or stock-view, by stream. */
async function viewsIn(generation: number, kinds: Record<string, string>): Promise<Map<string, unknown>> {
  const views = new Map<string, unknown>();
  for (const item of (await scan('ReadModelTable')) as { pk: string; sk: string }[]) {
    for (const [prefix, aggregate] of Object.entries(kinds)) {
      const start = generation === 1 ? prefix : `G${generation}#${prefix}`;
      if (!item.pk.startsWith(start)) continue;
      views.set(`${aggregate}-${item.pk.slice(start.length)}`, viewOf(inFirstGeneration(item)));
    }
  }
  return views;
}

const ORDER_VIEW = { 'ORDER#': 'order', 'CUSTOMER#': 'customer' };
const STOCK_VIEW = { 'STOCK#': 'inventory' };

const settled = () => eventually(() => system.mappings.settled().then(() => true), { timeoutMs: 20_000 });

test('A view that is wrong is right after a rebuild, while commands and queries go on', async () => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
  console.info(`SEED=${seed}`);
  await call('register-customer', { body: { name: 'Ada', email: 'ada@example.com' } });
  await call('receive-stock', { params: { sku: 'CUP' }, body: { quantity: 5 } });
  const { orderId } = (await call('place-order', { body: order })).body;
  await settled();
  const ReadModel = system.stack.tables.ReadModelTable?.name;
  const wrong = { ...orderKey(orderId), ...(await storedOrder(orderId)), total: 1 };
  await system.dynamo.send(new PutCommand({ TableName: ReadModel, Item: wrong }));
  const cup = { ...stockKey('CUP'), sku: 'CUP', onHand: 1, reserved: 0, version: 1 };
  await system.dynamo.send(new PutCommand({ TableName: ReadModel, Item: cup }));
  const cups = async () => (await call('get-stock', { params: { sku: 'CUP' } })).body.onHand;
  const shown = async () => {
    const byId = (await call('get-order', { params: { orderId } })).body.total;
    const listed = await call('list-customer-orders', {
      params: { customerId: 'ada' },
      query: { limit: '100' },
    });
    const all = await call('list-orders', { query: { limit: '100', status: 'pending' } });
    const ids = [...listed.body.orders, ...all.body.orders].map((one: { orderId: string }) => one.orderId);
    expect(new Set(listed.body.orders.map((one: { orderId: string }) => one.orderId)).size).toBe(
      listed.body.orders.length,
    );
    expect(ids).toContain(orderId);
    return [byId, ...[listed, all].map(({ body }) => body.orders.find(isIt).total)];
  };
  const isIt = (one: { orderId: string }) => one.orderId === orderId;
  const allWrong = [0.01, 0.01, 0.01];
  const allRight = [25, 25, 25];

  const commands = traffic(seed);
  expect(await rebuild('order-view', 'start', { segments: 3 })).toMatchObject({
    other: { phase: 'filling' },
  });
  expect(await rebuild('stock-view', 'start', { segments: 2 })).toMatchObject({
    other: { phase: 'filling' },
  });
  expect(await shown()).toEqual(allWrong);
  await reach('order-view', 'comparing');
  expect(await shown()).toEqual(allWrong);
  const { comparison } = await reach('order-view', 'ready');
  expect(comparison).toMatchObject({ differing: 1, examples: [`order-${orderId}`] });
  expect(await shown()).toEqual(allWrong);
  await rebuild('order-view', 'switch');
  await eventually(async () => expect(await shown()).toEqual(allRight));
  expect(await commands.stop()).toBeGreaterThan(20);
  await reach('stock-view', 'ready');
  expect(await cups()).toBe(1);
  await rebuild('stock-view', 'switch');
  await eventually(async () => expect(await cups()).toBe(5));
  await settled();

  const orders = await folds(['order', 'customer']);
  expect(await viewsIn(2, ORDER_VIEW)).toEqual(orders);
  // The old generation has had every event as well; what was wrong in it still is.
  const old = await viewsIn(1, ORDER_VIEW);
  expect(old.get(`order-${orderId}`)).toMatchObject({ total: 1 });
  expect(new Map([...old, [`order-${orderId}`, orders.get(`order-${orderId}`)]])).toEqual(orders);
  const stock = await folds(['inventory']);
  expect(await viewsIn(2, STOCK_VIEW)).toEqual(stock);
  const oldStock = await viewsIn(1, STOCK_VIEW);
  expect(new Map([...oldStock, ['inventory-CUP', stock.get('inventory-CUP')]])).toEqual(stock);

  // One notification an event, as if nothing had been rebuilt.
  const notified = (await scan('ReadModelTable')).filter(({ pk }) => String(pk).startsWith('NOTIFICATIONS#'));
  const causes = (await scan('EventsTable')).filter(({ eventType }) =>
    ['OrderCreated', 'OrderCancelled'].includes(String(eventType)),
  );
  expect(notified.map(({ sk }) => sk).sort()).toEqual(causes.map(({ eventId }) => eventId).sort());

  expect(await rebuild('order-view', 'rollback')).toMatchObject({
    live: 1,
    other: { generation: 2, phase: 'kept' },
  });
  await eventually(async () => expect(await shown()).toEqual(allWrong));
  expect(await rebuild('order-view', 'rollback')).toMatchObject({
    live: 2,
    other: { generation: 1, phase: 'kept' },
  });
  await expect(rebuild('order-view', 'start')).rejects.toThrow('generation 1 is still kept to go back to');

  await rebuild('order-view', 'drop');
  await expect(rebuild('order-view', 'rollback')).rejects.toThrow('no generation is kept');
  expect((await reach('order-view', undefined)).live).toBe(2);
  expect(await viewsIn(1, ORDER_VIEW)).toEqual(new Map());
  expect(await viewsIn(2, ORDER_VIEW)).toEqual(orders);
  expect((await viewsIn(1, STOCK_VIEW)).size).toBe(stock.size);
  await eventually(async () => expect(await shown()).toEqual(allRight));
}, 60_000);

async function storedOrder(orderId: string): Promise<Record<string, unknown>> {
  const found = (await scan('ReadModelTable')).find(({ pk }) => pk === orderKey(orderId).pk);
  if (!found) throw new Error(`${orderId} has no view`);
  return found;
}

describe('A step that fails', () => {
  test('ends in the dead letters, with the stream and the reason; redriven, the rebuild goes on', async () => {
    const [broken] = streamAt('2026-11-01T00:00:00Z', 'customer', 'broken', [
      { eventType: 'CustomerRegistered', data: { name: 'Ada', email: 'ada@example.com' } },
    ]) as [DomainEvent];
    const TableName = system.stack.tables.EventsTable?.name;
    const stored = { ...broken, typeDayShard: 'CustomerRegistered#2026-11-01#0' };
    await system.dynamo.send(new PutCommand({ TableName, Item: { ...stored, schemaVersion: 99 } }));
    await rebuild('order-view', 'start', { segments: 1 });
    const failed = await eventually(
      async () => {
        const { work } = await rebuild('order-view', 'advance');
        expect(work?.failed).toHaveLength(1);
        return work?.failed[0];
      },
      { timeoutMs: 20_000, everyMs: 50 },
    );
    expect(failed).toEqual({
      segment: 0,
      error: expect.stringContaining('customer-broken: NewerSchemaVersion: '),
    });
    const { deadLetters } = (await system.invoke('dead-letters', { consumer: 'order-view' })) as {
      deadLetters: { errorName: string; fingerprint: string }[];
    };
    const letter = deadLetters.find(({ errorName }) => errorName === 'StreamFailed');
    expect(letter).toBeDefined();

    await system.dynamo.send(new PutCommand({ TableName, Item: stored }));
    await system.invoke('redrive', { consumer: 'order-view', fingerprint: letter?.fingerprint });
    await reach('order-view', 'ready');
    await rebuild('order-view', 'cancel');
    await reach('order-view', undefined);
  }, 60_000);
});

describe('What cannot be done is refused, and nothing is changed:', () => {
  test.each([
    ['sales', 'start', 'no projection is called sales; there are order-view, stock-view'],
    ['order-view', 'switch', 'no other generation is there'],
    ['stock-view', 'start', 'generation 1 is still kept to go back to: drop it first'],
    ['order-view', 'rollback', 'no generation is kept to go back to'],
    ['order-view', 'drop', 'no generation is kept'],
    ['order-view', 'cancel', 'no generation is being built'],
    ['order-view', 'begin', 'action'],
  ])('%s, %s', async (projection, action, reason) => {
    const before = await rebuild('order-view', 'status');
    await expect(rebuild(projection, action)).rejects.toThrow(reason);
    expect(await rebuild('order-view', 'status')).toEqual(before);
  });

  test('two rebuilds at once; and what is cancelled leaves nothing behind', async () => {
    const both = await Promise.allSettled([1, 2].map(() => rebuild('order-view', 'start')));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(rebuild('order-view', 'start')).rejects.toThrow(
      /generation \d+ is already being built, filling/,
    );
    await expect(rebuild('order-view', 'switch')).rejects.toThrow(/is filling, not ready/);
    await expect(rebuild('order-view', 'drop')).rejects.toThrow('no generation is kept');
    const { other } = await rebuild('order-view', 'cancel');
    expect((await reach('order-view', undefined)).live).toBe(2);
    const left = (await scan('ReadModelTable')).filter(
      ({ pk }) =>
        /^REBUILD#order-view#/.test(String(pk)) || String(pk).startsWith(`G${other?.generation}#ORDER#`),
    );
    expect(left.filter(({ pk }) => pk !== 'REBUILD#order-view#2')).toEqual([]);
  }, 60_000);
});
