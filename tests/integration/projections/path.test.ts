import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { compiledTemplate } from '#tests/support/compiled-template.ts';
import { READ_MODEL } from '#tests/support/data.ts';
import { eventually } from '#tests/support/eventually.ts';
import { httpEvent, type Sent } from '#tests/support/http-event.ts';
import { listProducts } from '#tests/support/products.ts';
import { type System, startSystem } from '#tests/support/system.ts';
import { EVENTS } from '#tests/support/tables.ts';

const PROJECTED = ['publish-events', 'order-view', 'catalogue-view', 'stock-view'];
const SCOPE = 'orders:manage inventory:write audit:read payments:write';

let system: System;
beforeAll(async () => {
  system = await startSystem({ runs: (name) => PROJECTED.includes(name) });
  await listProducts(system.runtimeOf('list-product'), order.items);
}, 60_000);
afterAll(() => system?.stop());

async function call(name: string, sent: Sent) {
  const answer = (await system.invoke(name, httpEvent({ scope: SCOPE, ...sent }))) as {
    statusCode: number;
    body: string;
  };
  return { status: answer.statusCode, body: JSON.parse(answer.body) };
}

const order = {
  items: [{ sku: 'MUG', quantity: 2, unitPrice: 12.5 }],
  shippingAddress: { line1: '1 Main St', city: 'Springfield', postalCode: '01101', country: 'US' },
};

describe('from a command to a query, over stream, topic and queue', () => {
  test('an order that was just placed is found at once, and listed soon', async () => {
    await call('register-customer', { sub: 'ada', body: { name: 'Ada', email: 'ada@example.com' } });
    const placed = await call('place-order', { sub: 'ada', body: order });
    expect(placed.status).toBe(201);
    const { orderId } = placed.body;

    const atOnce = await call('get-order', { sub: 'ada', scope: '', params: { orderId } });
    expect(atOnce).toMatchObject({
      status: 200,
      body: { orderId, status: 'pending', total: 25, version: 1 },
    });

    const listed = { orders: [{ orderId, customerName: 'Ada', status: 'pending', total: 25 }] };
    await eventually(async () => {
      const sent = { sub: 'ada', params: { customerId: 'ada' } };
      expect(await call('list-customer-orders', sent)).toMatchObject({ status: 200, body: listed });
      expect((await call('list-orders', { query: { status: 'pending' } })).body).toMatchObject(listed);
    });
  });

  test('a command is seen by the query that asks for its version, and moves the order to its new status', async () => {
    const { orderId } = (await call('place-order', { sub: 'bob', body: order })).body;
    const cancelled = await call('cancel-order', {
      sub: 'bob',
      params: { orderId },
      body: { reason: 'too_late' },
    });
    expect(cancelled).toMatchObject({ status: 200, body: { version: 2 } });
    const query = { minVersion: '2' };
    expect(await call('get-order', { sub: 'bob', params: { orderId }, query })).toMatchObject({
      status: 200,
      body: { status: 'cancelled', version: 2 },
    });
    await eventually(async () => {
      const of = async (status: string) =>
        (await call('list-customer-orders', { params: { customerId: 'bob' }, query: { status } })).body
          .orders;
      expect(await of('cancelled')).toMatchObject([{ orderId }]);
      expect(await of('pending')).toEqual([]);
    });
    const trail = await call('get-order-events', { sub: 'bob', params: { orderId } });
    expect(trail.body.events).toMatchObject([{ eventType: 'OrderCreated' }, { eventType: 'OrderCancelled' }]);
    await eventually(async () => {
      const byType = await call('list-events', { query: { type: 'OrderCancelled' } });
      expect(byType.body.events).toMatchObject([{ aggregateId: orderId, data: { reason: 'too_late' } }]);
    });
  });

  test('stock that was received is counted', async () => {
    for (const quantity of [3, 4]) {
      await call('receive-stock', { params: { sku: 'PEN' }, body: { quantity } });
    }
    await eventually(async () => {
      const stock = await call('get-stock', { params: { sku: 'PEN' } });
      expect(stock).toMatchObject({
        status: 200,
        body: { onHand: 7, reserved: 0, available: 7, version: 2 },
      });
    });
  });

  test('a product that was just listed can be ordered at once, and is shown soon', async () => {
    const params = { sku: 'CUP' };
    await call('list-product', { params, body: { name: 'Cup', price: 5 }, scope: 'catalogue:manage' });
    const items = [{ sku: 'CUP', quantity: 3, unitPrice: 5 }];
    const placed = await call('place-order', { sub: 'cyd', scope: '', body: { ...order, items } });
    expect(placed).toMatchObject({ status: 201, body: { total: 15 } });
    await eventually(async () => {
      expect(await call('get-product', { params, scope: '' })).toMatchObject({
        status: 200,
        body: { name: 'Cup', price: 5, status: 'listed' },
      });
      const { products } = (await call('list-products', { scope: '' })).body;
      expect(products.map(({ sku }: { sku: string }) => sku)).toEqual(['CUP', 'MUG']);
    });
  });
});

test('the tables with which single functions are tested are those of the template', async () => {
  const { EventsTable, ReadModelTable } = (await compiledTemplate()).Resources;
  const shapeOf = (properties: object | undefined) => {
    const { KeySchema, GlobalSecondaryIndexes, AttributeDefinitions } = properties as typeof READ_MODEL;
    const byName = [...AttributeDefinitions].sort((a, b) => (a.AttributeName < b.AttributeName ? -1 : 1));
    return { KeySchema, GlobalSecondaryIndexes, AttributeDefinitions: byName };
  };
  expect(shapeOf(EVENTS)).toEqual(shapeOf(EventsTable?.Properties));
  expect(shapeOf(READ_MODEL)).toEqual(shapeOf(ReadModelTable?.Properties));
});
