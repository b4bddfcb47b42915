import { PublishCommand } from '@aws-sdk/client-sns';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { DeleteCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Runtime } from '#kit/config/runtime.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { publish } from '#kit/messaging/publish.ts';
import { httpEvent, type Sent } from '#tests/support/http-event.ts';
import { listProducts } from '#tests/support/products.ts';
import { type System, startSystem } from '#tests/support/system.ts';

const SCOPE =
  'orders:manage catalogue:manage payments:write inventory:write reviews:decide customs:decide audit:read';

/** The customs consumer cannot write declarations for Atlantis. */
const ATLANTIS = 'AQ';

let system: System;
beforeAll(async () => {
  system = await startSystem({
    parts: (name) => (name === 'customs' ? { dynamo: withoutAtlantis } : {}),
  });
});
afterAll(() => system.stop());

const withoutAtlantis = {
  send: async (command: { input: object }) => {
    if (JSON.stringify(command.input).includes(`"country":"${ATLANTIS}"`))
      throw new RangeError('no such place');
    return system.dynamo.send(command as never);
  },
} as unknown as Runtime['dynamo'];

async function http(name: string, sent: Sent) {
  const answer = await system.invoke(name, httpEvent({ scope: SCOPE, ...sent }));
  const { statusCode, body } = answer as { statusCode: number; body: string };
  // The body says what is wrong, should something be.
  expect([Math.floor(statusCode / 100), body]).toEqual([2, expect.any(String)]);
  return { body: JSON.parse(body) };
}

const order = (sku: string, unitPrice: number, country = 'US') => ({
  items: [{ sku, quantity: 1, unitPrice }],
  shippingAddress: { line1: '1 Main St', city: 'Springfield', postalCode: '01101', country },
});

async function place(sku: string, unitPrice: number, country?: string): Promise<string> {
  await listProducts(system.runtimeOf('list-product'), [{ sku, unitPrice }]);
  const { body } = await http('place-order', { body: order(sku, unitPrice, country) });
  return body.orderId;
}

async function pay(orderId: string, amount: number, reference: string) {
  const body = { orderId, amount, reference, outcome: 'captured' };
  await http('record-payment', { body });
}

const orderView = async (orderId: string) => (await http('get-order', { params: { orderId } })).body;

const told = async (orderId: string): Promise<string[]> =>
  (await http('list-notifications', { query: { orderId } })).body.notifications.map(
    ({ eventType }: { eventType: string }) => eventType,
  );

async function scan(setting: 'EVENTS_TABLE' | 'READ_MODEL_TABLE') {
  const TableName = system.runtimeOf('order-view').setting(setting);
  const { Items = [] } = await system.dynamo.send(new ScanCommand({ TableName, ConsistentRead: true }));
  return Items;
}

async function deadLettersOf(consumer: string) {
  const QueueUrl = system.runtimeOf(consumer).setting('DEAD_LETTER_QUEUE_URL');
  const { Messages = [] } = await system.sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 0,
      MessageAttributeNames: ['All'],
    }),
  );
  return Messages.map(({ Body, MessageAttributes = {} }) => ({
    body: Body,
    reason: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]),
    ),
  }));
}

describe('From the command to the read model', () => {
  test('an order goes its whole way, everywhere', async () => {
    await http('register-customer', { body: { name: 'Ada Lovelace', email: 'ada@example.com' } });
    await http('receive-stock', { params: { sku: 'LAPTOP-14' }, body: { quantity: 3 } });
    const orderId = await place('LAPTOP-14', 1_299, 'DE');
    await pay(orderId, 1_299, 'ch-whole-way');
    await system.mappings.waitUntilIdle();
    expect(await orderView(orderId)).toMatchObject({ status: 'paid', waitsFor: ['fraud', 'customs'] });
    await http('approve-fraud-review', { params: { orderId }, body: { note: 'Known customer.' } });
    await http('clear-customs-declaration', { params: { orderId }, body: { note: 'MRN 26DE1' } });
    await system.mappings.waitUntilIdle();
    expect(await orderView(orderId)).toMatchObject({ waitsFor: ['shipment'] });
    const shipment = { carrier: 'UPS', trackingNumber: '1Z' };
    await http('ship-order', { params: { orderId }, body: shipment });
    await http('deliver-order', { params: { orderId }, body: {} });
    await system.mappings.waitUntilIdle();

    expect(await orderView(orderId)).toMatchObject({
      orderId,
      customerName: 'Ada Lovelace',
      total: 1_299,
      status: 'delivered',
      version: 7,
    });
    const stock = await http('get-stock', { params: { sku: 'LAPTOP-14' } });
    expect(stock.body).toMatchObject({ onHand: 2, reserved: 0 });
    const reviews = await http('list-fraud-reviews', {});
    expect(reviews.body.fraudReviews).toMatchObject([{ orderId, total: 1_299, score: 40 }]);
    const declarations = await http('list-customs-declarations', {});
    expect(declarations.body.customsDeclarations).toMatchObject([{ orderId, country: 'DE', value: 1_299 }]);
    expect(await told(orderId)).toEqual(['OrderCreated', 'OrderShipped', 'OrderDelivered']);
  }, 60_000);

  test('an order without stock is cancelled, and its customer told; the stock stays as it was', async () => {
    await http('receive-stock', { params: { sku: 'RARE' }, body: { quantity: 1 } });
    const [first, second] = [await place('RARE', 10), await place('RARE', 10)];
    await system.mappings.waitUntilIdle();
    const views = [await orderView(first), await orderView(second)];
    expect(views.map(({ status }) => status).sort()).toEqual(['cancelled', 'pending']);
    const cancelled = views.find(({ status }) => status === 'cancelled');
    expect(await told(cancelled.orderId)).toEqual(['OrderCreated', 'OrderCancelled']);
    const stock = await http('get-stock', { params: { sku: 'RARE' } });
    expect(stock.body).toMatchObject({ onHand: 1, reserved: 1 });
  });

  test('one correlation id goes all the way from the request to what consumers did about it', async () => {
    await listProducts(system.runtimeOf('list-product'), [{ sku: 'GONE', unitPrice: 10 }]);
    await http('receive-stock', { params: { sku: 'GONE' }, body: { quantity: 1 } });
    const { body } = await http('place-order', {
      body: { ...order('GONE', 10), items: [{ sku: 'GONE', quantity: 2, unitPrice: 10 }] },
      headers: { 'x-correlation-id': 'follow-me' },
    });
    await system.mappings.waitUntilIdle();
    const events = (await scan('EVENTS_TABLE')) as StoredEvent[];
    const created = events.find((event) => event.aggregateId === body.orderId && event.version === 1);
    const caused = events.filter(({ metadata }) => metadata.causationId === created?.eventId);
    expect(caused.map(({ eventType }) => eventType).sort()).toEqual(['OrderCancelled', 'StockRejected']);
    const ids = caused.map(({ metadata }) => metadata.correlationId);
    expect(ids).toEqual([created?.metadata.correlationId, created?.metadata.correlationId]);
  });

  test('a second payment, and the payment of a cancelled order, are refunded', async () => {
    await http('receive-stock', { params: { sku: 'PEN' }, body: { quantity: 1 } });
    const orderId = await place('PEN', 12.5);
    await pay(orderId, 12.5, 'ch-one');
    await system.mappings.waitUntilIdle();
    await pay(orderId, 12.5, 'ch-two');
    await system.mappings.waitUntilIdle();
    const refunds = async () =>
      (await scan('EVENTS_TABLE')).filter(
        ({ eventType, data }) => eventType === 'RefundRequested' && data.orderId === orderId,
      );
    expect((await refunds()).map(({ data }) => data.reason)).toEqual(['excess']);
    await http('cancel-order', { params: { orderId }, body: { reason: 'changed my mind' } });
    await system.mappings.waitUntilIdle();
    expect((await refunds()).map(({ data }) => data.reason).sort()).toEqual(['excess', 'order_cancelled']);
    expect((await orderView(orderId)).status).toBe('cancelled');
  });

  test('everything published once more, backwards, changes nothing', async () => {
    await system.mappings.waitUntilIdle();
    const events = ((await scan('EVENTS_TABLE')) as (StoredEvent & { typeDayShard?: string })[])
      .sort((a, b) => (a.eventId > b.eventId ? -1 : 1))
      .map(({ typeDayShard, ...event }) => event);
    const views = await scan('READ_MODEL_TABLE');
    expect(views.length).toBeGreaterThan(20);
    const runtime = system.runtimeOf('publish-events');
    const { failed, refused } = await publish(runtime, events);
    expect([...failed, ...refused]).toEqual([]);
    await system.mappings.waitUntilIdle();
    const byKey = (items: Record<string, unknown>[]) =>
      new Map(items.map((one) => [`${one.pk} ${one.sk}`, one]));
    expect(byKey(await scan('READ_MODEL_TABLE'))).toEqual(byKey(views));
    expect(await scan('EVENTS_TABLE')).toHaveLength(events.length);
    expect(await Promise.all(['order-view', 'inventory', 'notifications'].map(deadLettersOf))).toEqual([
      [],
      [],
      [],
    ]);
  });
});

describe('A function', () => {
  test('is refused what its role does not allow, as on AWS', async () => {
    const { dynamo, setting } = system.runtimeOf('get-order-events');
    const TableName = setting('EVENTS_TABLE');
    const Key = { streamId: 'order-1', version: 1 };
    await expect(dynamo.send(new DeleteCommand({ TableName, Key }))).rejects.toThrow(
      /^get-order-events is not authorized to perform dynamodb:DeleteItem on arn:.*events$/,
    );
  });
});

describe('What cannot be handled', () => {
  test('a poison message ends in the dead letters of its consumers, with the reason, its body untouched', async () => {
    const body = '{"eventType":"OrderCreated","metadata":{"correlationId":"bad-1"},  "oops": true}';
    const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
    await system.sns.send(
      new PublishCommand({
        TopicArn: system.runtimeOf('publish-events').setting('TOPIC_ARN'),
        Message: body,
        MessageAttributes: { eventType: attribute('OrderCreated'), aggregateType: attribute('order') },
      }),
    );
    await system.mappings.waitUntilIdle();
    for (const consumer of ['order-view', 'sales', 'inventory', 'notifications']) {
      expect(await deadLettersOf(consumer)).toEqual([
        {
          body,
          reason: {
            consumer,
            errorName: 'InvalidEnvelope',
            errorMessage: expect.stringContaining('Not an event envelope'),
            fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
            receiveCount: '1',
            firstFailureAt: expect.stringMatching(/^\d{4}-.*Z$/),
            lastFailureAt: expect.stringMatching(/^\d{4}-.*Z$/),
            correlationId: 'bad-1',
            eventType: 'OrderCreated',
          },
        },
      ]);
    }
    expect(await deadLettersOf('order-payments')).toEqual([]);
  });

  test('a message that fails every time ends there after five tries; the other consumers have had it', async () => {
    await http('receive-stock', { params: { sku: 'PEN' }, body: { quantity: 1 } });
    const orderId = await place('PEN', 2, ATLANTIS);
    await system.mappings.waitUntilIdle();
    const [letter, ...more] = await deadLettersOf('customs');
    expect(more).toEqual([]);
    expect(letter?.reason).toMatchObject({
      consumer: 'customs',
      errorName: 'RangeError',
      errorMessage: 'no such place',
      receiveCount: '5',
    });
    expect(JSON.parse(letter?.body ?? '')).toMatchObject({ aggregateId: orderId, eventType: 'OrderCreated' });
    expect(await told(orderId)).toEqual(['OrderCreated']);
    expect((await orderView(orderId)).status).toBe('pending');
  });
});
