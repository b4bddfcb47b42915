import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { customerView } from '#domain/customer.ts';
import { type DomainEvent, registry } from '#domain/index.ts';
import { stockView } from '#domain/inventory/view.ts';
import { orderView } from '#domain/order/view.ts';
import { keyInFirstGeneration, withoutStorageKeys } from '#kit/projections/keys.ts';
import { orderKey, stockKey } from '#read-model/keys.ts';
import { randomOf } from '#tests/properties/simulator/random.ts';
import { eventually } from '#tests/support/eventually.ts';
import { listProducts } from '#tests/support/products.ts';
import { type RebuildSystem, startRebuildSystem } from './rebuild-system.ts';

let the: RebuildSystem;
beforeAll(async () => {
  the = await startRebuildSystem(['publish-events', 'order-view', 'stock-view', 'notifications']);
}, 60_000);
afterAll(() => the?.system.stop());

const order = {
  items: [{ sku: 'MUG', quantity: 2, unitPrice: 12.5 }],
  shippingAddress: { line1: '1 Main St', city: 'Springfield', postalCode: '01101', country: 'US' },
};

/** Customers who order, cancel, move and rename themselves, one command after the other, until told to stop. */
function traffic(seed: number) {
  const { next: random, pick, between } = randomOf(seed, 'traffic');
  const open: string[] = [];
  let stopped = false;
  let commands = 0;
  const work = async () => {
    while (!stopped) {
      commands++;
      const at = random();
      if (at < 0.5 || open.length === 0) {
        const { body } = await the.call('place-order', { sub: pick(['ada', 'bob']), body: order });
        open.push(body.orderId);
      } else if (at < 0.8) {
        const orderId = open.splice(between(0, open.length - 1), 1)[0] ?? '';
        await the.call('cancel-order', { params: { orderId }, body: { reason: 'changed my mind' } });
      } else if (at < 0.9) {
        await the.call('change-customer', {
          params: { customerId: 'ada' },
          body: { name: `Ada ${commands}` },
        });
      } else {
        await the.call('receive-stock', { params: { sku: pick(['MUG', 'PEN']) }, body: { quantity: 1 } });
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
  for (const item of await the.scan('EventsTable')) {
    const event = registry.upcast(item);
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
  for (const item of (await the.scan('ReadModelTable')) as { pk: string; sk: string }[]) {
    for (const [prefix, aggregate] of Object.entries(kinds)) {
      const start = generation === 1 ? prefix : `G${generation}#${prefix}`;
      if (!item.pk.startsWith(start)) continue;
      views.set(
        `${aggregate}-${item.pk.slice(start.length)}`,
        withoutStorageKeys(keyInFirstGeneration(item)),
      );
    }
  }
  return views;
}

const ORDER_VIEW = { 'ORDER#': 'order', 'CUSTOMER#': 'customer' };
const STOCK_VIEW = { 'STOCK#': 'inventory' };

const waitUntilIdle = () =>
  eventually(() => the.system.mappings.waitUntilIdle().then(() => true), { timeoutMs: 20_000 });

test('A view that is wrong is right after a rebuild, while commands and queries go on', async () => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
  console.info(`SEED=${seed}`);
  await the.call('register-customer', { body: { name: 'Ada', email: 'ada@example.com' } });
  await the.call('receive-stock', { params: { sku: 'CUP' }, body: { quantity: 5 } });
  await listProducts(the.system.runtimeOf('list-product'), order.items);
  const { orderId } = (await the.call('place-order', { body: order })).body;
  await waitUntilIdle();
  const ReadModel = the.system.stack.tables.ReadModelTable?.name;
  const wrong = { ...orderKey(orderId), ...(await storedOrder(orderId)), total: 1 };
  await the.system.dynamo.send(new PutCommand({ TableName: ReadModel, Item: wrong }));
  const cup = {
    ...stockKey('CUP'),
    sku: 'CUP',
    onHand: 1,
    reserved: 0,
    updatedAt: '2026-11-01T00:00:00.000Z',
    version: 1,
  };
  await the.system.dynamo.send(new PutCommand({ TableName: ReadModel, Item: cup }));
  const cups = async () => (await the.call('get-stock', { params: { sku: 'CUP' } })).body.onHand;
  const orderIn = async (list: 'list-customer-orders' | 'list-orders', given: object) => {
    const found = new Map<string, { total: number }>();
    let cursor: string | undefined;
    do {
      const { body } = await the.call(list, {
        params: { customerId: 'ada' },
        query: { ...given, limit: '100', ...(cursor && { cursor }) },
      });
      for (const one of body.orders) {
        expect(found.has(one.orderId)).toBe(false);
        found.set(one.orderId, one);
      }
      cursor = body.cursor;
    } while (cursor && !found.has(orderId));
    return found.get(orderId)?.total;
  };
  const shown = async () => [
    (await the.call('get-order', { params: { orderId } })).body.total,
    await orderIn('list-customer-orders', {}),
    await orderIn('list-orders', { status: 'pending' }),
  ];
  const allWrong = [0.01, 0.01, 0.01];
  const allRight = [25, 25, 25];

  const commands = traffic(seed);
  expect(await the.rebuild('order-view', 'start', { segments: 3 })).toMatchObject({
    other: { phase: 'filling' },
  });
  expect(await the.rebuild('stock-view', 'start', { segments: 2 })).toMatchObject({
    other: { phase: 'filling' },
  });
  expect(await shown()).toEqual(allWrong);
  await the.reach('order-view', 'comparing');
  expect(await shown()).toEqual(allWrong);
  const { comparison } = await the.reach('order-view', 'ready');
  expect(comparison).toMatchObject({ differing: 1, examples: [`order-${orderId}`] });
  expect(await shown()).toEqual(allWrong);
  await the.rebuild('order-view', 'switch');
  await eventually(async () => expect(await shown()).toEqual(allRight));
  expect(await commands.stop()).toBeGreaterThan(20);
  await the.reach('stock-view', 'ready');
  expect(await cups()).toBe(1);
  await the.rebuild('stock-view', 'switch');
  await eventually(async () => expect(await cups()).toBe(5));
  await waitUntilIdle();

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
  const notified = (await the.scan('ReadModelTable')).filter(({ pk }) =>
    String(pk).startsWith('NOTIFICATIONS#'),
  );
  const causes = (await the.scan('EventsTable')).filter(({ eventType }) =>
    ['OrderCreated', 'OrderCancelled'].includes(String(eventType)),
  );
  expect(notified.map(({ sk }) => sk).sort()).toEqual(causes.map(({ eventId }) => eventId).sort());

  expect(await the.rebuild('order-view', 'rollback')).toMatchObject({
    live: 1,
    other: { generation: 2, phase: 'kept' },
  });
  await eventually(async () => expect(await shown()).toEqual(allWrong));
  expect(await the.rebuild('order-view', 'rollback')).toMatchObject({
    live: 2,
    other: { generation: 1, phase: 'kept' },
  });
  await expect(the.rebuild('order-view', 'start')).rejects.toThrow(
    'generation 1 is still kept to go back to',
  );

  await the.rebuild('order-view', 'drop');
  await expect(the.rebuild('order-view', 'rollback')).rejects.toThrow('no generation is kept');
  expect((await the.reach('order-view', undefined)).live).toBe(2);
  expect(await viewsIn(1, ORDER_VIEW)).toEqual(new Map());
  expect(await viewsIn(2, ORDER_VIEW)).toEqual(orders);
  expect((await viewsIn(1, STOCK_VIEW)).size).toBe(stock.size);
  await eventually(async () => expect(await shown()).toEqual(allRight));
}, 60_000);

async function storedOrder(orderId: string): Promise<Record<string, unknown>> {
  const found = (await the.scan('ReadModelTable')).find(({ pk }) => pk === orderKey(orderId).pk);
  if (!found) throw new Error(`${orderId} has no view`);
  return found;
}
