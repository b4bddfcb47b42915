import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OrderStatus } from '#domain/order/state.ts';
import { createHandler as orderViewHandler } from '#functions/projections/order-view/handler.ts';
import { createHandler as customerOrdersHandler } from '#functions/queries/list-customer-orders/handler.ts';
import { createHandler as ordersHandler } from '#functions/queries/list-orders/handler.ts';
import { orderKey, orderListKeys } from '#read-model/keys.ts';
import { type Data, startData } from '#tests/support/data.ts';
import { send as httpGet } from '#tests/support/http-send.ts';
import { sqsEvent } from '#tests/support/sqs-event.ts';
import { orderStream, streamAt } from '#tests/support/streams.ts';
import { watched } from '#tests/support/tables.ts';

const NOW = Date.UTC(2026, 7, 20);
const STATUS: OrderStatus[] = ['pending', 'paid', 'shipped', 'delivered'];

interface Placed {
  orderId: string;
  customerId: string;
  at: number;
  status: OrderStatus;
}

let data: Data;
const placed: Placed[] = [];

// Two customers, one of them with a name, and 40 orders over five months in every status but cancelled.
beforeAll(async () => {
  data = await startData();
  const handler = orderViewHandler(data.runtime());
  const orders = Array.from(
    { length: 40 },
    (_, index): Placed => ({
      orderId: randomUUID(),
      customerId: index % 3 === 0 ? 'bob' : 'ada',
      at: NOW - index * 3.7 * 86_400_000,
      status: STATUS[index % 4] as OrderStatus,
    }),
  );
  placed.push(...orders);
  await Promise.all(
    orders.map(({ orderId, customerId, at, status }) =>
      handler(
        sqsEvent(orderStream(orderId, customerId, new Date(at).toISOString(), STATUS.indexOf(status) + 1)),
      ),
    ),
  );
  const ada = { eventType: 'CustomerRegistered', data: { name: 'Ada', email: 'ada@example.com' } } as const;
  await handler(sqsEvent(streamAt('2026-01-01T00:00:00.000Z', 'customer', 'ada', [ada])));
});
afterAll(() => data.stop());

const now = () => NOW;
const newestFirst = (wanted: (order: Placed) => boolean) =>
  placed
    .filter(wanted)
    .sort((a, b) => b.at - a.at)
    .map(({ orderId }) => orderId);

interface Page {
  status: number;
  body: {
    orders: { orderId: string; status: string; customerName?: string; total: number }[];
    cursor?: string;
  };
}

async function walk(get: (query: Record<string, string>) => Promise<Page>, query: Record<string, string>) {
  const pages: Page['body']['orders'][] = [];
  let cursor: string | undefined;
  do {
    const { status, body } = await get({ ...query, ...(cursor && { cursor }) });
    expect(status).toBe(200);
    pages.push(body.orders);
    cursor = body.cursor;
  } while (cursor);
  return pages;
}

const idsOf = (pages: Page['body']['orders'][]) => pages.flat().map(({ orderId }) => orderId);

describe('GET /customers/{customerId}/orders', () => {
  const list = (customerId: string, query: Record<string, string> = {}, sub = customerId, scope = '') =>
    httpGet(customerOrdersHandler(data.runtime({ now })), {
      operation: 'list-customer-orders',
      params: { customerId },
      query,
      sub,
      scope,
    });

  test.each([[1], [7], [100]])('all of one customer, newest first, in pages of %i', async (limit) => {
    const pages = await walk((query) => list('ada', query), { limit: String(limit) });
    expect(idsOf(pages)).toEqual(newestFirst(({ customerId }) => customerId === 'ada'));
    for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit);
  });

  test('of one status only', async () => {
    for (const wanted of STATUS) {
      const pages = await walk((query) => list('ada', query), { status: wanted, limit: '3' });
      expect(idsOf(pages)).toEqual(
        newestFirst(({ customerId, status }) => customerId === 'ada' && status === wanted),
      );
    }
    expect((await list('ada', { status: 'cancelled' })).body).toEqual({ orders: [] });
  });

  test('of a rare status among very many: a page reads 500 orders at the most, and none is missed', async () => {
    const TableName = data.runtime().setting('READ_MODEL_TABLE');
    const many = Array.from({ length: 620 }, (_, index) => {
      const [orderId, createdAt] = [randomUUID(), new Date(NOW - index * 60_000).toISOString()];
      const status: OrderStatus = index % 150 === 149 ? 'cancelled' : 'pending';
      return {
        orderId,
        customerId: 'eve',
        createdAt,
        updatedAt: createdAt,
        items: [{ sku: 'PEN', name: 'Pen', quantity: 1, unitPrice: 1 }],
        total: 1,
        currency: 'USD',
        shippingAddress: { line1: '1 Main St', city: 'Springfield', postalCode: '01101', country: 'US' },
        status,
        version: 1,
      };
    });
    await Promise.all(
      many.map((order) => {
        // Only in the list of their customer: the lists of all are walked by other tests.
        const { customerPk, createdSk } = orderListKeys(order);
        const Item = { ...orderKey(order.orderId), customerPk, createdSk, ...order };
        return data.dynamo.send(new PutCommand({ TableName, Item }));
      }),
    );
    const rare = many.filter(({ status }) => status === 'cancelled').map(({ orderId }) => orderId);
    const pages = await walk((query) => list('eve', query), { status: 'cancelled', limit: '10' });
    expect(pages.map(({ length }) => length)).toEqual([3, 1]);
    expect(idsOf(pages)).toEqual(rare);
    const exactly = await walk((query) => list('eve', query), { status: 'cancelled', limit: '2' });
    expect(idsOf(exactly)).toEqual(rare);
  });

  test('the last page, just full, gives no cursor', async () => {
    const all = newestFirst(({ customerId }) => customerId === 'ada');
    const { body } = await list('ada', { limit: String(all.length) });
    expect(body.orders).toHaveLength(all.length);
    expect(body).not.toHaveProperty('cursor');
  });

  test('with names and decimals, in one query and two batch gets', async () => {
    const { dynamo, counts } = watched(data.dynamo);
    const handler = customerOrdersHandler(data.runtime({ dynamo, now }));
    const { body } = await httpGet(handler, {
      operation: 'list-customer-orders',
      params: { customerId: 'ada' },
      sub: 'ada',
      query: { limit: '2' },
    });
    expect(body.orders).toMatchObject([
      { customerName: 'Ada', total: 29.99 },
      { customerName: 'Ada', total: 29.99 },
    ]);
    expect(body.orders[0]).not.toHaveProperty('customerPk');
    // The get is that of the live generation, which a process makes once in five seconds.
    expect(counts).toEqual({ GetCommand: 1, QueryCommand: 1, BatchGetCommand: 2 });
  });

  test('are for the customer and for who manages orders', async () => {
    expect(await list('ada', {}, 'bob')).toMatchObject({ status: 404 });
    expect(await list('nobody', {}, 'bob')).toMatchObject({ status: 404 });
    expect(await list('ada', {}, 'boss', 'orders:manage')).toMatchObject({ status: 200 });
  });

  test('a customer who never ordered has none', async () => {
    expect(await list('nobody')).toMatchObject({ status: 200, body: { orders: [] } });
  });

  test('a cursor is good for its customer and status alone', async () => {
    const { body } = await list('ada', { limit: '1', status: 'paid' });
    const cursor = body.cursor as string;
    expect(await list('ada', { cursor, status: 'paid' })).toMatchObject({ status: 200 });
    const refused = { status: 422, body: { errors: [{ path: 'cursor' }] } };
    expect(await list('ada', { cursor })).toMatchObject(refused);
    expect(await list('ada', { cursor, status: 'pending' })).toMatchObject(refused);
    expect(await list('bob', { cursor, status: 'paid' })).toMatchObject(refused);
  });

  test('every bad field is named at once', async () => {
    const { status, body } = await list('ada', { status: 'lost', limit: 'many', sort: 'total', cursor: '%' });
    expect(status).toBe(422);
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
      'cursor',
      'limit',
      'sort',
      'status',
    ]);
  });
});

describe('GET /orders', () => {
  const list = (query: Record<string, string> = {}, scope = 'orders:manage') =>
    httpGet(ordersHandler(data.runtime({ now })), { operation: 'list-orders', query, sub: 'boss', scope });

  test.each([[1], [9], [100]])('everybody, newest first, in pages of %i', async (limit) => {
    const pages = await walk(list, { limit: String(limit) });
    expect(idsOf(pages)).toEqual(newestFirst(() => true));
    for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit);
  });

  test('of one status', async () => {
    const pages = await walk(list, { status: 'shipped', limit: '4' });
    expect(idsOf(pages)).toEqual(newestFirst(({ status }) => status === 'shipped'));
    expect(pages.flat().every(({ status }) => status === 'shipped')).toBe(true);
  });

  test('joins the names of those who are registered, all in one batch get', async () => {
    const { dynamo, counts } = watched(data.dynamo);
    const handler = ordersHandler(data.runtime({ dynamo, now }));
    const { body } = await httpGet(handler, {
      operation: 'list-orders',
      query: { status: 'paid', limit: '5' },
      scope: 'orders:manage',
    });
    const names = body.orders.map(({ customerId, customerName }: Record<string, string>) => [
      customerId,
      customerName,
    ]);
    expect(new Set(names.map(String))).toEqual(new Set(['ada,Ada', 'bob,']));
    // The orders, and the names.
    expect(counts.BatchGetCommand).toBe(2);
  });

  test.each([
    ['a full page', NOW, {}],
    ['a page of a month that has just begun', Date.UTC(2026, 8, 1), { limit: '100' }],
    ['a page of a status that no order has', NOW, { status: 'cancelled' }],
    ['a page of open ones', NOW, { status: 'pending' }],
  ])('reads %s in four queries', async (_, at, query) => {
    const { dynamo, counts } = watched(data.dynamo);
    const handler = ordersHandler(data.runtime({ dynamo, now: () => at }));
    await httpGet(handler, { operation: 'list-orders', query, scope: 'orders:manage' });
    expect(counts.QueryCommand).toBe(4);
  });

  test('needs the scope orders:manage', async () => {
    expect(await list({}, 'orders:manager audit:read')).toMatchObject({ status: 403 });
  });

  test('a cursor is good for its status alone; a forged place is refused', async () => {
    const cursor = (await list({ limit: '1', status: 'paid' })).body.cursor as string;
    const forged = (at: unknown) =>
      Buffer.from(JSON.stringify({ list: '["orders",null]', at })).toString('base64url');
    for (const query of [
      { cursor },
      { cursor: forged('x') },
      { cursor: forged('') },
      { cursor: forged(7) },
      { cursor: forged(`2026-01-${'9'.repeat(1_100)}`) },
    ]) {
      expect(await list(query)).toMatchObject({ status: 422, body: { errors: [{ path: 'cursor' }] } });
    }
    for (const at of ['2026-13', '9999-99', '0000-00', '2026-00-x', '2026-08-\u0000']) {
      expect(await list({ cursor: forged(at) })).toMatchObject({ status: 200 });
    }
  });
});

test('A page of orders that are as large as they may be fits into an answer of Lambda, and none is missed', async () => {
  const TableName = data.runtime().setting('READ_MODEL_TABLE');
  const items = [{ sku: 'MUG', name: 'x'.repeat(91_000), quantity: 1, unitPrice: 1 }];
  const orders = Array.from({ length: 70 }, (_, index) => {
    const createdAt = new Date(NOW - index * 1_000).toISOString();
    const order = { orderId: randomUUID(), customerId: 'big', items, total: 1, currency: 'USD', createdAt };
    return { ...order, status: 'cancelled' as const, updatedAt: createdAt, version: 1 };
  });
  for (const order of orders) {
    const keys = { ...orderKey(order.orderId), ...orderListKeys(order) };
    await data.dynamo.send(new PutCommand({ TableName, Item: { ...order, ...keys } }));
  }
  const lists = [
    (query: Record<string, string>) =>
      httpGet(customerOrdersHandler(data.runtime({ now })), {
        params: { customerId: 'big' },
        query,
        sub: 'big',
      }),
    (query: Record<string, string>) =>
      httpGet(ordersHandler(data.runtime({ now })), { query, sub: 'boss', scope: 'orders:manage' }),
  ];
  for (const list of lists) {
    const get = async (query: Record<string, string>) => {
      const page = await list(query);
      expect(Buffer.byteLength(JSON.stringify(page.body))).toBeLessThan(6_000_000);
      return page as Page;
    };
    const pages = await walk(get, { limit: '100', status: 'cancelled' });
    expect(idsOf(pages)).toEqual(orders.map(({ orderId }) => orderId));
    expect(pages.length).toBeGreaterThan(1);
  }
});
