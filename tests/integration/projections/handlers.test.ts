import { randomUUID } from 'node:crypto';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHandler as orderView } from '#functions/projections/order-view/handler.ts';
import { createHandler as stockView } from '#functions/projections/stock-view/handler.ts';
import type { ItemKey } from '#kit/projections/keys.ts';
import { customerKey, orderKey, stockKey } from '#read-model/keys.ts';
import { type Data, startData } from '#tests/support/data.ts';
import { sqsEvent } from '#tests/support/sqs-event.ts';
import { orderStream, streamAt } from '#tests/support/streams.ts';

const AT = '2026-04-30T23:59:59.000Z';

let data: Data;
beforeAll(async () => {
  data = await startData();
});
afterAll(() => data.stop());

async function stored(key: ItemKey) {
  const TableName = data.runtime().setting('READ_MODEL_TABLE');
  return (await data.dynamo.send(new GetCommand({ TableName, Key: key, ConsistentRead: true }))).Item;
}

describe('order-view', () => {
  test('keeps orders and customers of one batch; an order is listed by customer, with all, and with the open ones', async () => {
    const [orderId, customerId] = [randomUUID(), randomUUID()];
    const order = orderStream(orderId, customerId, AT, 2);
    const customer = streamAt(AT, 'customer', customerId, [
      { eventType: 'CustomerRegistered', data: { name: 'Ada Lovelace', email: 'ada@example.com' } },
      { eventType: 'CustomerRenamed', data: { name: 'Ada King' } },
    ]);
    const [o1, o2, c1, c2] = [...order, ...customer];
    const handler = orderView(data.runtime());
    const batch = [o2, c1, o1, c2].flatMap((event) => event ?? []);
    expect(await handler(sqsEvent(batch))).toEqual({ batchItemFailures: [] });

    expect(await stored(orderKey(orderId))).toMatchObject({
      pk: `ORDER#${orderId}`,
      sk: 'VIEW',
      customerPk: `CUSTOMER#${customerId}`,
      orderPk: expect.stringMatching(/^ORDERS#[0-3]$/),
      openPk: expect.stringMatching(/^OPEN_ORDERS#[0-3]$/),
      createdSk: `${AT}#${orderId}`,
      orderId,
      customerId,
      items: [
        { sku: 'MUG', name: 'Mug', quantity: 2, unitPrice: 1_250 },
        { sku: 'PEN', name: 'Pen', quantity: 1, unitPrice: 499 },
      ],
      total: 2_999,
      currency: 'USD',
      status: 'paid',
      holds: [],
      shippingAddress: { line1: '1 Main St', city: 'Springfield', postalCode: '01101', country: 'US' },
      createdAt: AT,
      updatedAt: '2026-05-01T00:00:00.000Z',
      paidAt: '2026-05-01T00:00:00.000Z',
      version: 2,
    });
    expect(await stored(customerKey(customerId))).toEqual({
      pk: `CUSTOMER#${customerId}`,
      sk: 'VIEW',
      customerId,
      name: 'Ada King',
      email: 'ada@example.com',
      createdAt: AT,
      updatedAt: '2026-05-01T00:00:00.000Z',
      version: 2,
    });
  });

  test('an order that is shipped leaves the open ones and stays in the other lists', async () => {
    const orderId = randomUUID();
    const events = orderStream(orderId, 'ada', AT, 3);
    const handler = orderView(data.runtime());
    await handler(sqsEvent(events.slice(0, 2)));
    const { openPk, ...before } = (await stored(orderKey(orderId))) ?? {};
    expect(openPk).toBeDefined();
    await handler(sqsEvent(events.slice(2)));
    const after = await stored(orderKey(orderId));
    expect(after).toMatchObject({
      status: 'shipped',
      orderPk: before.orderPk,
      customerPk: before.customerPk,
      createdSk: before.createdSk,
    });
    expect(after).not.toHaveProperty('openPk');
  });
});

describe('stock-view', () => {
  test('keeps what is there and what is reserved', async () => {
    const sku = `SKU-${randomUUID()}`;
    const events = streamAt(AT, 'inventory', sku, [
      { eventType: 'StockReceived', data: { sku, quantity: 10 } },
      { eventType: 'StockReserved', data: { sku, orders: [{ orderId: 'o1', quantity: 4 }] } },
      { eventType: 'StockRejected', data: { sku, orders: [{ orderId: 'o2', quantity: 7, available: 6 }] } },
      { eventType: 'StockReserved', data: { sku, orders: [{ orderId: 'o3', quantity: 6 }] } },
      { eventType: 'StockReleased', data: { sku, orders: [{ orderId: 'o1', quantity: 4 }] } },
    ]);
    const handler = stockView(data.runtime());
    expect(await handler(sqsEvent(events.toReversed()))).toEqual({ batchItemFailures: [] });
    expect(await stored(stockKey(sku))).toEqual({
      ...stockKey(sku),
      sku,
      onHand: 10,
      reserved: 6,
      backordered: 0,
      updatedAt: '2026-05-01T00:00:03.000Z',
      version: 5,
    });
  });

  test('an event whose stream cannot be read comes back; the others of its batch are done', async () => {
    const [known, gone] = [`SKU-${randomUUID()}`, `SKU-${randomUUID()}`];
    const received = (sku: string) =>
      streamAt(AT, 'inventory', sku, [
        { eventType: 'StockReceived', data: { sku, quantity: 1 } },
        { eventType: 'StockReceived', data: { sku, quantity: 1 } },
      ]);
    const batch = [...received(gone).slice(1), ...received(known)];
    const sent: unknown[] = [];
    const sqs = { send: async (command: { input: unknown }) => sent.push(command.input) } as never;
    const settings = { QUEUE_URL: 'http://queue', RETRY_BASE_SECONDS: '1' };
    const handler = stockView(data.runtime({ sqs, settings }));
    expect(await handler(sqsEvent(batch))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(await stored(stockKey(known))).toMatchObject({ onHand: 2, version: 2 });
    expect(await stored(stockKey(gone))).toBeUndefined();
    expect(JSON.stringify(sent)).toContain('handle-0');
  });
});
