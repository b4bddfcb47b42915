import { afterAll, expect, test } from '@jest/globals';
import { failureMetadata, type GivenUpBatch } from '#resources/local/event-source-mapping/on-failure.ts';
import { countingLogger } from '#tests/support/counting-logger.ts';
import { eventually } from '#tests/support/eventually.ts';
import { httpEvent, type Sent } from '#tests/support/http-event.ts';
import { listProducts } from '#tests/support/products.ts';
import { countOf, put } from '#tests/support/queues.ts';
import { type System, startSystem } from '#tests/support/system.ts';

const systems: System[] = [];
const start = async (...args: Parameters<typeof startSystem>) => {
  const system = await startSystem(...args);
  systems.push(system);
  return system;
};
afterAll(() => Promise.all(systems.map((system) => system.stop())));

const SCOPE =
  'orders:manage catalogue:manage payments:write inventory:write reviews:decide customs:decide audit:read';
const call = async (system: System, name: string, sent: Sent) => {
  const answer = (await system.invoke(name, httpEvent({ sub: 'ada', scope: SCOPE, ...sent }))) as {
    statusCode: number;
    body: string;
  };
  expect(answer).toMatchObject({ statusCode: expect.any(Number) });
  return JSON.parse(answer.body);
};

const order = {
  items: [{ sku: 'MUG', quantity: 2, unitPrice: 12.5 }],
  shippingAddress: { line1: '1 Main St', city: 'Springfield', postalCode: '01101', country: 'US' },
};

const effects = async (system: System, orderId: string) => {
  const today = new Date().toISOString().slice(0, 10);
  const [sales, notifications, stock, view] = await Promise.all([
    call(system, 'get-sales', { query: { from: today, to: today } }),
    call(system, 'list-notifications', { query: { orderId } }),
    call(system, 'get-stock', { params: { sku: 'MUG' } }),
    call(system, 'get-order', { params: { orderId } }),
  ]);
  return { sales, notifications: notifications.notifications.length, stock, view };
};

test('A republished stream reaches every consumer again, and nothing is done twice', async () => {
  const handled: Record<string, number> = {};
  const system = await start({
    parts: (name) => ({
      logger: countingLogger((message) => {
        if (message === 'handled') handled[name] = (handled[name] ?? 0) + 1;
      }),
    }),
  });
  await call(system, 'receive-stock', { params: { sku: 'MUG' }, body: { quantity: 10 } });
  await listProducts(system.runtimeOf('list-product'), order.items);
  const { orderId } = await call(system, 'place-order', { body: order });
  const once = { 'order-view': 2, sales: 1, inventory: 1, notifications: 1, 'stock-view': 2 };
  await eventually(() => expect(handled).toMatchObject(once));
  const before = await effects(system, orderId);
  expect(before).toMatchObject({
    sales: { days: [{ orders: 1, ordered: 25 }] },
    notifications: 1,
    stock: { onHand: 10, reserved: 2 },
  });

  expect(await system.invoke('republish', { stream: `order-${orderId}` })).toMatchObject({ published: 2 });
  await eventually(() =>
    expect(handled).toMatchObject({ 'order-view': 4, sales: 2, inventory: 2, notifications: 2 }),
  );
  expect(await effects(system, orderId)).toEqual(before);
  expect(handled['stock-view']).toBe(2);
});

test('What the publisher never published arrives, and the dead letters of a crash go back and are handled', async () => {
  const system = await start({ runs: (name) => name !== 'publish-events' });
  await listProducts(system.runtimeOf('list-product'), order.items);
  const { orderId } = await call(system, 'place-order', { body: order });
  const failures = system.stack.queues.PublisherFailures?.url ?? '';
  const seconds = Math.floor(Date.now() / 1_000);
  const record = { dynamodb: { SequenceNumber: '1', ApproximateCreationDateTime: seconds } };
  const batch: GivenUpBatch = {
    records: [record],
    condition: 'RetryAttemptsExhausted',
    invocations: 3,
    shardId: 'shard-1',
    streamArn: 'arn:stream',
    functionArn: 'arn:function',
    functionError: 'Unhandled',
  };
  await put(system.sqs, failures, JSON.stringify(failureMetadata(batch)));

  expect(await system.invoke('republish', { publisherFailures: true })).toMatchObject({
    publisherFailures: { batches: 1, acknowledged: 1 },
  });
  expect(await countOf(system.sqs, failures)).toEqual({ visible: 0, hidden: 0 });
  await eventually(async () => {
    const listed = await call(system, 'list-orders', { query: { status: 'pending' } });
    expect(listed.orders).toMatchObject([{ orderId }]);
  });

  // As a queue's own redrive policy leaves them: the compiled settings must name the right queues.
  const { body } = await latest(system, orderId);
  await put(system.sqs, system.stack.queues.SalesDeadLetters?.url ?? '', body);
  expect(await system.invoke('dead-letters', {})).toMatchObject({
    deadLetters: [
      { consumer: 'sales', errorName: 'NoReason', streams: [`order-${orderId}`, 'customer-ada'] },
    ],
  });
  expect(await system.invoke('redrive', { consumer: 'sales', stream: `order-${orderId}` })).toMatchObject({
    redriven: [{ streamId: `order-${orderId}` }],
  });
  await eventually(async () => {
    expect(await countOf(system.sqs, system.stack.queues.SalesQueue?.url ?? '')).toEqual({
      visible: 0,
      hidden: 0,
    });
  });
  expect((await effects(system, orderId)).sales).toMatchObject({ days: [{ orders: 1 }] });
});

async function latest(system: System, orderId: string): Promise<{ body: string }> {
  const { events } = await call(system, 'get-order-events', { params: { orderId } });
  return { body: JSON.stringify(events.at(-1)) };
}
