import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ProductStatus, ProductView } from '#domain/product.ts';
import { load } from '#kit/event-store/load.ts';
import { productKey } from '#read-model/keys.ts';
import { type Commands, order, startCommands, uniqueKey } from '#tests/support/commands.ts';
import { listProducts, nameOf } from '#tests/support/products.ts';
import { watched } from '#tests/support/tables.ts';

const manager = { sub: 'max', scope: 'orders:manage' };

let commands: Commands;
beforeAll(async () => {
  commands = await startCommands();
});
afterAll(() => commands.data.stop());

/** A product of its own at this price, by its SKU. */
async function listed(unitPrice = 12.5, changes: Parameters<typeof listProducts>[2] = {}): Promise<string> {
  const sku = uniqueKey();
  await listProducts(commands.data.runtime(), [{ sku, unitPrice }], changes);
  return sku;
}

const withdraw = (sku: string) =>
  commands.run('withdrawProduct', { params: { sku }, body: {}, scope: 'catalogue:manage' });

/** What the view says of a product, whatever its stream says. */
async function shown(sku: string, price: number, status: ProductStatus = 'listed'): Promise<void> {
  const at = '2026-05-01T00:00:00.000Z';
  const product = { name: 'As shown', price, currency: 'USD', tracked: true, backorder: false };
  const view: ProductView = { sku, ...product, status, createdAt: at, updatedAt: at, version: 1 };
  const TableName = commands.data.runtime().setting('READ_MODEL_TABLE');
  await commands.data.dynamo.send(new PutCommand({ TableName, Item: { ...productKey(sku), ...view } }));
}

const place = (items: object[], changes: object = {}, sent: object = {}) =>
  commands.run('placeOrder', { body: { ...order, items, ...changes }, ...sent });

async function createdOf(orderId: string) {
  const [event] = await load(commands.data.runtime(), `order-${orderId}`);
  return event?.data;
}

describe('An order', () => {
  test('has the names and prices of the catalogue, whether or not it says what the customer saw', async () => {
    const [tea, gift] = [await listed(12.5), await listed(4, { tracked: false, backorder: true })];
    const items = [
      { sku: tea, quantity: 2 },
      { sku: gift, quantity: 1, unitPrice: 4 },
      { sku: tea, quantity: 1, unitPrice: 12.5 },
    ];
    const { status, body } = await place(items);
    expect({ status, body }).toMatchObject({ status: 201, body: { total: 41.5 } });
    expect(await createdOf(body.orderId)).toMatchObject({
      items: [
        { sku: tea, name: nameOf(tea), quantity: 2, unitPrice: 1_250, tracked: true, backorder: false },
        { sku: gift, name: nameOf(gift), quantity: 1, unitPrice: 400, tracked: false, backorder: true },
        { sku: tea, name: nameOf(tea), quantity: 1, unitPrice: 1_250, tracked: true, backorder: false },
      ],
      total: 4_150,
      currency: 'USD',
    });
  });

  test('of a SKU that is unknown, withdrawn or priced in another currency is a 422 that names each', async () => {
    const [good, gone, foreign] = [await listed(), await listed(), await listed(10, { currency: 'EUR' })];
    await withdraw(gone);
    const before = await commands.eventCount();
    const items = [gone, good, 'NEVER', foreign].map((sku) => ({ sku, quantity: 1 }));
    expect(await place(items)).toMatchObject({
      status: 422,
      body: {
        errors: [
          { path: 'items[0].sku', message: 'is a product that has been withdrawn' },
          { path: 'items[2].sku', message: 'is no product of the catalogue' },
          { path: 'items[3].sku', message: 'has no price in USD' },
        ],
      },
    });
    expect(await commands.eventCount()).toBe(before);
  });

  test('at another price than the customer saw is a 409 with the current prices', async () => {
    const [tea, mug] = [await listed(12.5), await listed(8)];
    const before = await commands.eventCount();
    const items = [
      { sku: mug, quantity: 1, unitPrice: 8 },
      { sku: tea, quantity: 1, unitPrice: 11 },
      { sku: tea, quantity: 2, unitPrice: 12 },
    ];
    const answer = await place(items);
    expect(answer).toMatchObject({
      status: 409,
      body: {
        type: 'urn:orderstream:problem:price-changed',
        rule: 'price_changed',
        currentPrices: [{ sku: tea, price: 12.5, currency: 'USD' }],
        errors: [{ path: 'items[1].unitPrice' }, { path: 'items[2].unitPrice' }],
      },
    });
    expect(await commands.eventCount()).toBe(before);
  });

  test('does not take a name: the catalogue has it', async () => {
    const sku = await listed();
    expect(await place([{ sku, quantity: 1, name: 'Tea' }])).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'items[0].name' }] },
    });
  });

  test('of what the view knows reads no stream', async () => {
    const sku = await listed(12.5);
    await shown(sku, 1_250);
    const { dynamo, counts } = watched(commands.data.dynamo);
    const items = [{ sku, quantity: 1, unitPrice: 12.5 }];
    expect(await commands.run('placeOrder', { body: { ...order, items } }, { dynamo })).toMatchObject({
      status: 201,
    });
    expect(counts).toEqual({ GetCommand: 1, BatchGetCommand: 1, PutCommand: 1 });
  });

  test('is accepted by a view that is behind, at the price that it shows', async () => {
    const [changed, gone] = [await listed(12.5), await listed(8)];
    await withdraw(gone);
    await shown(changed, 1_000);
    await shown(gone, 800);
    const items = [
      { sku: changed, quantity: 1, unitPrice: 10 },
      { sku: gone, quantity: 1 },
    ];
    expect(await place(items)).toMatchObject({ status: 201, body: { total: 18 } });
  });

  test.each<[string, number, ProductStatus]>([
    ['with an old price', 1_000, 'listed'],
    ['as withdrawn', 1_250, 'withdrawn'],
  ])('is not refused by a view that is behind and shows the product %s', async (_, price, status) => {
    const sku = await listed(12.5);
    await shown(sku, price, status);
    expect(await place([{ sku, quantity: 1, unitPrice: 12.5 }])).toMatchObject({
      status: 201,
      body: { total: 12.5 },
    });
  });
});

describe('A repeat under the same Idempotency-Key', () => {
  const keyed = () => ({ headers: { 'idempotency-key': uniqueKey() } });
  const items = (sku: string) => [{ sku, quantity: 1, unitPrice: 12.5 }];

  test.each<[string, (sku: string) => Promise<unknown>]>([
    ['the price has changed', (sku) => listProducts(commands.data.runtime(), [{ sku, unitPrice: 13 }])],
    ['the product is withdrawn', withdraw],
  ])('is answered as the first time, although %s since', async (_, change) => {
    const [sku, sent] = [await listed(12.5), keyed()];
    const first = await place(items(sku), {}, sent);
    expect(first.status).toBe(201);
    await change(sku);
    const before = await commands.eventCount();
    expect(await place(items(sku), {}, sent)).toEqual(first);
    expect((await place(items(sku), {}, keyed())).status).toBeGreaterThanOrEqual(400);
    expect(await commands.eventCount()).toBe(before);
  });

  test('that names no price keeps the total of the first time', async () => {
    const [sku, sent] = [await listed(12.5), keyed()];
    const wanted = [{ sku, quantity: 2 }];
    const first = await place(wanted, {}, sent);
    await listProducts(commands.data.runtime(), [{ sku, unitPrice: 13 }]);
    expect(await place(wanted, {}, sent)).toEqual(first);
    expect(first.body.total).toBe(25);
    expect(await place(wanted, {}, keyed())).toMatchObject({ status: 201, body: { total: 26 } });
    // A new order of it would be refused: its total is too large.
    await listProducts(commands.data.runtime(), [{ sku, unitPrice: 13 }], { price: 1e14 });
    expect(await place(wanted, {}, keyed())).toMatchObject({ status: 422 });
    expect(await place(wanted, {}, sent)).toEqual(first);
  });

  test('with other items is a 422, also where the catalogue would refuse them', async () => {
    const [sku, sent] = [await listed(12.5), keyed()];
    await place(items(sku), {}, sent);
    await withdraw(sku);
    expect(await place([{ sku, quantity: 2 }], {}, sent)).toMatchObject({
      status: 422,
      body: { type: 'urn:orderstream:problem:idempotency-key-reused' },
    });
  });
});

describe('What holds an order, and until when it is paid', () => {
  const now = Date.UTC(2026, 4, 1, 12);
  const placedAt = async (items: object[], changes: object = {}, sent: object = {}) => {
    const body = { ...order, items, ...changes };
    const answer = await commands.run('placeOrder', { body, ...sent }, { now: () => now });
    expect(answer.status).toBe(201);
    return createdOf(answer.body.orderId);
  };
  const abroad = { shippingAddress: { ...order.shippingAddress, country: 'FR' } };

  test('follow from the items, the total and the country, by the parameters of the deployment', async () => {
    const [tracked, service] = [await listed(999.99), await listed(1_000, { tracked: false })];
    const holdsOf = async (sku: string, changes = {}) =>
      ((await placedAt([{ sku, quantity: 1 }], changes)) as { holds: string[] }).holds;
    expect(await holdsOf(tracked)).toEqual(['stock']);
    expect(await holdsOf(service)).toEqual(['fraud']);
    expect(await holdsOf(tracked, abroad)).toEqual(['stock', 'customs']);
    expect(await placedAt([{ sku: tracked, quantity: 1 }])).toMatchObject({
      paymentTerms: 'prepaid',
      paymentDueAt: '2026-05-01T13:00:00.000Z',
    });
  });

  test('of an order by invoice is no deadline; that needs orders:manage', async () => {
    const sku = await listed();
    const invoice = { paymentTerms: 'invoice' };
    const created = await placedAt([{ sku, quantity: 1 }], { ...invoice, customerId: 'bob' }, manager);
    expect(created).toMatchObject({ paymentTerms: 'invoice' });
    expect(created).not.toHaveProperty('paymentDueAt');
    const before = await commands.eventCount();
    expect(await place([{ sku, quantity: 1 }], invoice)).toMatchObject({ status: 403 });
    expect(await place([{ sku, quantity: 1 }], { paymentTerms: 'later' })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'paymentTerms' }] },
    });
    expect(await commands.eventCount()).toBe(before);
  });
});
