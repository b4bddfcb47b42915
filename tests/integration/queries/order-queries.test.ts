import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DomainEvent } from '#domain/index.ts';
import { createHandler as orderViewHandler } from '#functions/projections/order-view/handler.ts';
import { createHandler as getOrderHandler } from '#functions/queries/get-order/handler.ts';
import { createHandler as getEventsHandler } from '#functions/queries/get-order-events/handler.ts';
import { type Data, startData } from '#tests/support/data.ts';
import { send as httpGet } from '#tests/support/http-send.ts';
import { sqsEvent } from '#tests/support/sqs-event.ts';
import { orderStream, streamAt } from '#tests/support/streams.ts';
import { watched } from '#tests/support/tables.ts';

const AT = '2026-04-01T12:00:00.000Z';
const seconds = (count: number) => new Date(Date.parse(AT) + count * 1_000).toISOString();

let data: Data;
beforeAll(async () => {
  data = await startData();
});
afterAll(() => data.stop());

/** Stores a stream and lets the view see its first `seen` events. */
async function placed(options: { events?: number; seen?: number; customerId?: string } = {}) {
  const { events = 4, seen = events, customerId = `c-${randomUUID()}` } = options;
  const orderId = randomUUID();
  const stream = orderStream(orderId, customerId, AT, events);
  await data.store(stream);
  await project(stream.slice(0, seen));
  return { orderId, customerId, stream };
}

const project = async (events: readonly DomainEvent[]) => {
  if (events.length > 0) await orderViewHandler(data.runtime())(sqsEvent(events));
};

async function registered(customerId: string, name: string) {
  const event = { eventType: 'CustomerRegistered', data: { name, email: 'x@example.com' } } as const;
  await project(streamAt(AT, 'customer', customerId, [event]));
}

const manager = { sub: 'boss', scope: 'orders:manage' };

describe('GET /orders/{orderId}', () => {
  const getOrder = (orderId: string, sub: string, query?: Record<string, string>, runtime = data.runtime()) =>
    httpGet(getOrderHandler(runtime), {
      operation: 'get-order',
      params: { orderId },
      sub,
      ...(query && { query }),
    });

  test('answers with the whole view, money in decimals, and the version as ETag', async () => {
    const { orderId, customerId } = await placed();
    await registered(customerId, 'Ada Lovelace');
    const { dynamo, counts } = watched(data.dynamo);
    const answer = await getOrder(orderId, customerId, undefined, data.runtime({ dynamo }));
    expect(answer).toMatchObject({ status: 200, headers: { etag: '"4"' } });
    expect(answer.body).toEqual({
      orderId,
      customerId,
      customerName: 'Ada Lovelace',
      items: [
        { sku: 'MUG', name: 'Mug', quantity: 2, unitPrice: 12.5 },
        { sku: 'PEN', name: 'Pen', quantity: 1, unitPrice: 4.99 },
      ],
      total: 29.99,
      paidAmount: 29.99,
      currency: 'USD',
      status: 'delivered',
      paymentTerms: 'prepaid',
      paymentDueAt: '2099-01-01T00:00:00.000Z',
      holds: [],
      waitsFor: [],
      shippingAddress: { line1: '1 Main St', city: 'Springfield', postalCode: '01101', country: 'US' },
      createdAt: AT,
      updatedAt: seconds(3),
      shipment: { carrier: 'UPS', trackingNumber: '1Z' },
      paidAt: seconds(1),
      shippedAt: seconds(2),
      deliveredAt: seconds(3),
      version: 4,
    });
    // The first get is that of the live generation, which a process makes once in five seconds.
    expect(counts).toEqual({ GetCommand: 2, BatchGetCommand: 1 });
  });

  test('an unregistered customer has no name', async () => {
    const { orderId, customerId } = await placed();
    expect((await getOrder(orderId, customerId)).body).not.toHaveProperty('customerName');
  });

  test("somebody else's order is not found, a stranger's guess neither; who manages orders sees all", async () => {
    const { orderId } = await placed();
    const notFound = { status: 404, body: { detail: 'There is no such order.', correlationId: 'request-1' } };
    expect(await getOrder(orderId, 'mallory')).toMatchObject(notFound);
    expect(await getOrder(randomUUID(), 'mallory')).toMatchObject(notFound);
    expect(
      await httpGet(getOrderHandler(data.runtime()), {
        operation: 'get-order',
        params: { orderId },
        ...manager,
      }),
    ).toMatchObject({
      status: 200,
    });
    for (const query of [{ minVersion: '9' }, { asOf: AT }]) {
      expect(await getOrder(orderId, 'mallory', query as never)).toMatchObject(notFound);
    }
  });

  test('an order whose view is not there yet is answered from its stream, with one query more', async () => {
    const { orderId, customerId } = await placed({ events: 2, seen: 0 });
    const { dynamo, counts } = watched(data.dynamo);
    const answer = await getOrder(orderId, customerId, undefined, data.runtime({ dynamo }));
    expect(answer).toMatchObject({ status: 200, body: { status: 'paid', total: 29.99, version: 2 } });
    expect(counts).toEqual({ GetCommand: 2, QueryCommand: 1, BatchGetCommand: 1 });
  });

  describe('?minVersion', () => {
    test('a view that has it is answered at once', async () => {
      const { orderId, customerId } = await placed({ events: 3 });
      const { dynamo, counts } = watched(data.dynamo);
      const runtime = data.runtime({ dynamo });
      const answer = await getOrder(orderId, customerId, { minVersion: '2' }, runtime);
      expect(answer).toMatchObject({ status: 200, body: { version: 3 } });
      expect(counts.GetCommand).toBe(2);
    });

    test('a view that gets there meanwhile is waited for', async () => {
      const { orderId, customerId, stream } = await placed({ events: 2, seen: 1 });
      const { dynamo, counts } = watched(data.dynamo);
      const waits: number[] = [];
      const sleep = async (ms: number) => {
        waits.push(ms);
        if (waits.length === 2) await project(stream);
      };
      const runtime = data.runtime({ dynamo, sleep });
      const answer = await getOrder(orderId, customerId, { minVersion: '2' }, runtime);
      expect(answer).toMatchObject({ status: 200, headers: { etag: '"2"' }, body: { status: 'paid' } });
      expect(waits).toEqual([50, 100]);
      expect(counts).toEqual({ GetCommand: 4, BatchGetCommand: 1 });
    });

    test('a view that stays behind is made up for from the stream', async () => {
      const { orderId, customerId } = await placed({ events: 4, seen: 1 });
      const answer = await getOrder(orderId, customerId, { minVersion: '3' });
      expect(answer).toMatchObject({ status: 200, body: { status: 'delivered', version: 4 } });
    });

    test('a version beyond the stream is a conflict that says how far it is', async () => {
      const { orderId, customerId } = await placed({ events: 2 });
      expect(await getOrder(orderId, customerId, { minVersion: '3' })).toMatchObject({
        status: 409,
        body: { rule: 'version_not_reached', detail: 'The order is at version 2.' },
      });
    });
  });

  describe('?asOf', () => {
    test.each([
      [seconds(0), 'pending', 1],
      [seconds(1), 'paid', 2],
      [new Date(Date.parse(AT) + 1_999).toISOString(), 'paid', 2],
      [seconds(2).replace('12:00:02.000Z', '14:00:02+02:00'), 'shipped', 3],
      ['2030-01-01T00:00:00Z', 'delivered', 4],
    ])('%s: %s', async (asOf, status, version) => {
      const { orderId, customerId } = await placed();
      const answer = await getOrder(orderId, customerId, { asOf });
      expect(answer).toMatchObject({ status: 200, body: { status, version } });
      expect(answer.headers).not.toHaveProperty('etag');
    });

    test('before it was placed there was no order', async () => {
      const { orderId, customerId } = await placed();
      expect(await getOrder(orderId, customerId, { asOf: seconds(-1) })).toMatchObject({ status: 404 });
    });
  });

  test.each([
    [{ minVersion: '0' }, ['minVersion']],
    [{ minVersion: 'x' }, ['minVersion']],
    [{ asOf: '2026-04-01' }, ['asOf']],
    [{ asOf: AT, minVersion: '1' }, ['asOf']],
    [{ minversion: '1', as_of: AT }, ['minversion', 'as_of']],
  ])('%j is a 422 that names each field', async (query, paths) => {
    const { orderId, customerId } = await placed();
    const answer = await getOrder(orderId, customerId, query as Record<string, string>);
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual(paths);
  });

  test('an id that is none names nothing', async () => {
    expect(await getOrder('no-uuid', 'ada')).toMatchObject({ status: 404 });
  });
});

describe('GET /orders/{orderId}/events', () => {
  const getEvents = (
    orderId: string,
    sub: string,
    query?: Record<string, string>,
    runtime = data.runtime(),
  ) =>
    httpGet(getEventsHandler(runtime), {
      operation: 'get-order-events',
      params: { orderId },
      sub,
      ...(query && { query }),
    });

  test('answers with every event as it is stored, in one query', async () => {
    const { orderId, customerId, stream } = await placed({ seen: 0 });
    const { dynamo, counts } = watched(data.dynamo);
    const answer = await getEvents(orderId, customerId, undefined, data.runtime({ dynamo }));
    expect(answer).toMatchObject({ status: 200, body: { events: stream } });
    expect(answer.body).not.toHaveProperty('cursor');
    expect(counts).toEqual({ QueryCommand: 1 });
  });

  test('goes on page by page', async () => {
    const { orderId, customerId, stream } = await placed({ seen: 0 });
    const seen: unknown[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await getEvents(orderId, customerId, { limit: '3', ...(cursor && { cursor }) });
      seen.push(body.events.length);
      expect(body.events).toEqual(stream.slice(seen.length === 1 ? 0 : 3).slice(0, 3));
      cursor = body.cursor;
    } while (cursor);
    expect(seen).toEqual([3, 1]);
  });

  test('is for the owner and for who manages orders, on every page', async () => {
    const { orderId, customerId } = await placed();
    const { body } = await getEvents(orderId, customerId, { limit: '2' });
    expect(await getEvents(orderId, 'mallory')).toMatchObject({ status: 404 });
    expect(await getEvents(orderId, 'mallory', { cursor: body.cursor })).toMatchObject({ status: 404 });
    expect(await getEvents(randomUUID(), 'mallory')).toMatchObject({ status: 404 });
    expect(
      await httpGet(getEventsHandler(data.runtime()), {
        operation: 'get-order-events',
        params: { orderId },
        ...manager,
      }),
    ).toMatchObject({
      status: 200,
    });
  });

  test('a cursor of another order, a made-up one and a bad limit are 422', async () => {
    const { orderId, customerId } = await placed();
    const other = await placed({ customerId });
    const { body } = await getEvents(other.orderId, customerId, { limit: '2' });
    for (const query of [
      { cursor: body.cursor as string },
      { cursor: 'bm9wZQ' },
      { limit: '0' },
      { limit: '101' },
      { page: '2' },
    ]) {
      const answer = await getEvents(orderId, customerId, query as never);
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: Object.keys(query)[0] }] } });
    }
  });
});
