import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { load } from '#kit/event-store/load.ts';
import { type Commands, order, startCommands } from '#tests/support/commands.ts';
import { listProducts } from '#tests/support/products.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const manager = { sub: 'max', scope: 'orders:manage' };
const shipment = { carrier: 'UPS', trackingNumber: '1Z999AA10123456784' };

let commands: Commands;
beforeAll(async () => {
  commands = await startCommands();
});
afterAll(() => commands.data.stop());

describe('POST /orders', () => {
  test('answers 201 with the id, version, status and total, where it is, and its ETag', async () => {
    const { status, headers, body } = await commands.run('placeOrder', { body: order });
    expect({ status, body }).toEqual({
      status: 201,
      body: { orderId: expect.stringMatching(UUID), version: 1, status: 'pending', total: 39.98 },
    });
    expect(headers).toMatchObject({
      location: `/orders/${body.orderId}`,
      etag: '"1"',
      'content-type': 'application/json',
    });
  });

  test('stores money in minor units, and who asked, why and in which context', async () => {
    const { body } = await commands.run('placeOrder', {
      body: order,
      headers: { 'X-Correlation-Id': 'checkout-7' },
    });
    const [event] = await load(commands.data.runtime(), `order-${body.orderId}`);
    expect(event).toMatchObject({
      eventType: 'OrderCreated',
      data: { customerId: 'ada', total: 3998, currency: 'USD', items: [{ unitPrice: 1999, quantity: 2 }] },
      metadata: { userId: 'ada', correlationId: 'checkout-7', causationId: 'request-1' },
    });
  });

  test('places for another customer with orders:manage, and is a 403 without', async () => {
    const body = { ...order, customerId: 'bob' };
    const before = await commands.eventCount();
    expect(await commands.run('placeOrder', { body })).toMatchObject({ status: 403 });
    expect(await commands.eventCount()).toBe(before);
    const { body: placed } = await commands.run('placeOrder', { body, ...manager });
    const [event] = await load(commands.data.runtime(), `order-${placed.orderId}`);
    expect(event).toMatchObject({ data: { customerId: 'bob' }, metadata: { userId: 'max' } });
  });

  test("an order above the largest total is a 422 with the rule's name", async () => {
    const gold = { sku: 'GOLD', quantity: 10_000, unitPrice: 1_000_000 };
    await listProducts(commands.data.runtime(), [gold]);
    const items = Array.from({ length: 100 }, () => gold);
    expect(await commands.run('placeOrder', { body: { ...order, items } })).toMatchObject({
      status: 422,
      body: { rule: 'order_total_too_large' },
    });
  });
});

describe('an order on its way', () => {
  test('is shipped, delivered and no longer cancelled, each answer with the new version', async () => {
    const orderId = await commands.paid();
    const params = { orderId };
    const shipped = await commands.run('shipOrder', { params, body: shipment, ...manager });
    expect(shipped).toMatchObject({ status: 200, body: { orderId, version: 4, status: 'shipped' } });
    expect(shipped.headers).toMatchObject({ etag: '"4"' });
    const delivered = await commands.run('deliverOrder', { params, ...manager });
    expect(delivered).toMatchObject({ status: 200, body: { orderId, version: 5, status: 'delivered' } });
    const cancelled = await commands.run('cancelOrder', { params, body: { reason: 'late' } });
    expect(cancelled).toMatchObject({ status: 409, body: { rule: 'order_already_delivered' } });
  });

  test('that is not paid is not shipped: 409 with the rule', async () => {
    const params = { orderId: await commands.placed() };
    const answer = await commands.run('shipOrder', { params, body: shipment, ...manager });
    expect(answer).toMatchObject({
      status: 409,
      headers: { 'content-type': 'application/problem+json' },
      body: { status: 409, rule: 'order_not_paid', type: 'urn:orderstream:problem:order-not-paid' },
    });
  });

  test.each(['shipOrder', 'deliverOrder'] as const)('%s without orders:manage is a 403', async (command) => {
    const params = { orderId: await commands.paid() };
    const body = command === 'shipOrder' ? shipment : {};
    expect(await commands.run(command, { params, body })).toMatchObject({
      status: 403,
      headers: { 'www-authenticate': expect.stringContaining('orders:manage') },
    });
  });

  test('is cancelled by its customer and by orders:manage; to anyone else it does not exist', async () => {
    const params = { orderId: await commands.placed('ada') };
    const body = { reason: 'changed my mind' };
    const stranger = await commands.run('cancelOrder', { params, body, sub: 'eve' });
    const unknown = await commands.run('cancelOrder', {
      params: { orderId: '0192f000-0000-7000-8000-000000000000' },
      body,
      sub: 'eve',
    });
    expect(stranger).toEqual(unknown);
    expect(stranger).toMatchObject({ status: 404, body: { rule: 'order_not_found' } });
    const own = await commands.run('cancelOrder', { params, body, sub: 'ada' });
    expect(own).toMatchObject({ status: 200, body: { version: 2, status: 'cancelled' } });
    const other = { orderId: await commands.placed('ada') };
    expect(await commands.run('cancelOrder', { params: other, body, ...manager })).toMatchObject({
      status: 200,
    });
  });
});

describe('If-Match', () => {
  const cancel = (orderId: string, match: string) =>
    commands.run('cancelOrder', {
      params: { orderId },
      body: { reason: 'late' },
      headers: { 'If-Match': match },
    });

  test('of an older version is a 412 and changes nothing; of the current one, or *, is taken', async () => {
    const orderId = await commands.paid();
    const before = await commands.eventCount();
    expect(await cancel(orderId, '"1"')).toMatchObject({
      status: 412,
      body: { type: 'urn:orderstream:problem:version-mismatch' },
    });
    expect(await commands.eventCount()).toBe(before);
    expect(await cancel(orderId, '"3"')).toMatchObject({ status: 200, headers: { etag: '"4"' } });
    expect(await cancel(await commands.placed(), '*')).toMatchObject({ status: 200 });
  });

  test("of an order that is not the caller's says nothing of its version", async () => {
    const orderId = await commands.placed('bob');
    expect(await cancel(orderId, '"7"')).toMatchObject({ status: 404 });
  });

  test.each(['1', '"x"', 'W/"1"', '"1" "2"', '"1",', '"0"', '""'])(
    'that reads %s is a 422',
    async (match) => {
      expect(await cancel(await commands.placed(), match)).toMatchObject({
        status: 422,
        body: { errors: [{ path: 'if-match' }] },
      });
    },
  );
});
