import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DomainEvent, NewDomainEvent } from '#domain/index.ts';
import { createHandler as salesHandler } from '#functions/queries/get-sales/handler.ts';
import { createHandler as stockHandler } from '#functions/queries/get-stock/handler.ts';
import { createHandler as declarationsHandler } from '#functions/queries/list-customs-declarations/handler.ts';
import { createHandler as eventsHandler } from '#functions/queries/list-events/handler.ts';
import { createHandler as reviewsHandler } from '#functions/queries/list-fraud-reviews/handler.ts';
import { createHandler as notificationsHandler } from '#functions/queries/list-notifications/handler.ts';
import { applyOnce } from '#kit/projections/inbox.ts';
import { project as projectView } from '#kit/projections/project.ts';
import type { VersionedView } from '#kit/projections/projection.ts';
import {
  customsDeclarationKey,
  fraudReviewKey,
  notificationKey,
  SALES_SHARDS,
  salesKey,
  salesShardOf,
  stockKey,
} from '#read-model/keys.ts';
import { listingKeys } from '#read-model/listing-keys.ts';
import { customsDeclarations, fraudReviews } from '#read-model/reviews.ts';
import { type Data, startData } from '#tests/support/data.ts';
import { send as httpGet } from '#tests/support/http-send.ts';
import { orderStream, streamAt } from '#tests/support/streams.ts';
import { watched } from '#tests/support/tables.ts';

const NOW = Date.UTC(2026, 4, 20, 12);
const now = () => NOW;
const iso = (ms: number) => new Date(ms).toISOString();
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let data: Data;
beforeAll(async () => {
  data = await startData();
});
afterAll(() => data.stop());

const put = (Item: Record<string, unknown>) =>
  data.dynamo.send(new PutCommand({ TableName: data.runtime().setting('READ_MODEL_TABLE'), Item }));

const manager = { sub: 'boss', scope: 'orders:manage' };
const refused = (...paths: string[]) => ({ status: 422, body: { errors: paths.map((path) => ({ path })) } });

describe('GET /events', () => {
  // An order every three hours over the last five days, all of them paid a second later.
  const orders: DomainEvent[][] = Array.from({ length: 40 }, (_, index) =>
    orderStream(randomUUID(), 'ada', iso(NOW - (index + 1) * 3 * HOUR), 2),
  ).reverse();
  const created = orders.flatMap(([event]) => event ?? []);
  beforeAll(() => data.store(orders.flat()));

  const list = (query: Record<string, string>, scope = 'audit:read') =>
    httpGet(eventsHandler(data.runtime({ now })), { operation: 'list-events', query, sub: 'auditor', scope });

  test('one type, in the order of time, the last 24 hours if nothing is said', async () => {
    const { status, body } = await list({ type: 'OrderCreated' });
    expect(status).toBe(200);
    expect(body).toEqual({
      events: created.filter((event) => event.metadata.timestamp >= iso(NOW - DAY)),
      cursor: expect.any(String),
    });
    expect(body.events).toHaveLength(8);
  });

  test('a range, its end excluded, page by page', async () => {
    const [from, to] = [iso(NOW - 4 * DAY), iso(NOW - DAY)];
    const seen: DomainEvent[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await list({ type: 'OrderCreated', from, to, limit: '7', ...(cursor && { cursor }) });
      seen.push(...body.events);
      cursor = body.cursor;
    } while (cursor);
    expect(seen).toEqual(
      created.filter(({ metadata: { timestamp } }) => timestamp >= from && timestamp < to),
    );
    expect(seen).toHaveLength(24);
  });

  test('needs the scope audit:read', async () => {
    expect(await list({ type: 'OrderCreated' }, 'orders:manage')).toMatchObject({ status: 403 });
  });

  test('a cursor is good for its type and range alone', async () => {
    const { cursor } = (await list({ type: 'OrderCreated', limit: '2' })).body;
    expect(await list({ type: 'OrderCreated', cursor })).toMatchObject({ status: 200 });
    expect(await list({ type: 'OrderPaid', cursor })).toMatchObject(refused('cursor'));
    expect(await list({ type: 'OrderCreated', to: iso(NOW), cursor })).toMatchObject(refused('cursor'));
    expect(await list({ type: 'OrderCreated', from: iso(NOW - DAY), cursor })).toMatchObject(
      refused('cursor'),
    );
  });

  test.each([
    [{}, 'type'],
    [{ type: 'OrderLost' }, 'type'],
    [{ type: 'OrderPaid', from: 'yesterday' }, 'from'],
    [{ type: 'OrderPaid', to: '2026-05-01' }, 'to'],
    [{ type: 'OrderPaid', from: iso(NOW), to: iso(NOW - 1) }, 'from'],
    [{ type: 'OrderPaid', until: iso(NOW) }, 'until'],
  ])('%j is refused for %s', async (query, path) => {
    expect(await list(query as Record<string, string>)).toMatchObject(refused(path));
  });

  /** From page to page until there is no cursor; how many pages that were. */
  async function walk(query: Record<string, string>) {
    const events: DomainEvent[] = [];
    let last: string | undefined;
    let pages = 0;
    for (let cursor: string | undefined; ; last = cursor) {
      const { status, body } = await list({ ...query, ...(cursor && { cursor }) });
      expect(status).toBe(200);
      events.push(...body.events);
      cursor = body.cursor;
      pages += 1;
      if (!cursor) return { events, pages, last };
    }
  }

  test('a walk from 1970 ends, and is not long', async () => {
    const { events, pages } = await walk({ type: 'OrderPaid', from: '1970-01-01T00:00:00Z', limit: '100' });
    expect(events).toHaveLength(40);
    expect(pages).toBeLessThan(10);
  });

  test('the last page has a cursor, from which a later request goes on', async () => {
    const query = { type: 'OrderShipped', from: iso(NOW - DAY) };
    const stream = orderStream(randomUUID(), 'ada', iso(NOW - HOUR), 3);
    await data.store(stream);
    const { events, last } = await walk(query);
    expect(events).toHaveLength(1);
    const later = orderStream(randomUUID(), 'ada', iso(NOW - 60_000), 3);
    await data.store(later);
    expect((await list({ ...query, cursor: last ?? '' })).body.events).toEqual([later[2]]);
  });

  test('leaves out what is younger than five seconds: an older id may still be on its way', async () => {
    const young = orderStream(randomUUID(), 'ada', iso(NOW - 4_000), 1);
    await data.store(young);
    const from = iso(NOW - 5_500);
    expect((await walk({ type: 'OrderCreated', from })).events).toEqual([]);
    const later = data.runtime({ now: () => NOW + 2_000 });
    const query = { type: 'OrderCreated', from };
    const { body } = await httpGet(eventsHandler(later), { query, sub: 'auditor', scope: 'audit:read' });
    expect(body.events).toEqual(young);
  });

  test('a cursor beyond the end of the range is an empty page', async () => {
    const [from, to] = [iso(NOW - 4 * DAY), iso(NOW - DAY)];
    const { last } = await walk({ type: 'OrderCreated', from, to });
    expect((await list({ type: 'OrderCreated', from, to, cursor: last ?? '' })).body).toEqual({ events: [] });
  });
});

describe('GET /sales', () => {
  const list = (query: Record<string, string>, runtime = data.runtime()) =>
    httpGet(salesHandler(runtime), { operation: 'get-sales', query, ...manager });

  test('sums what the shards of a day counted, and lists days without sales', async () => {
    const counted = Array.from({ length: 60 }, (_, index) => ({
      eventId: randomUUID(),
      target: salesKey('2026-02-28', salesShardOf(`order-${index}`)),
      add: { orders: 1, ordered: 1_050 + index, captured: 1_050 + index },
    }));
    const cancelled = {
      eventId: randomUUID(),
      target: salesKey('2026-03-02', 1),
      add: { cancelled: 1, cancelledAmount: 1_099, shipped: 2, refunded: 1_099 },
    };
    await applyOnce(data.runtime(), 'sales', [...counted, cancelled]);
    expect(new Set(counted.map(({ target }) => target.pk)).size).toBe(SALES_SHARDS);
    const { dynamo, counts } = watched(data.dynamo);
    const answer = await list({ from: '2026-02-27', to: '2026-03-02' }, data.runtime({ dynamo }));
    const none = {
      orders: 0,
      ordered: 0,
      cancelled: 0,
      cancelledAmount: 0,
      shipped: 0,
      captured: 0,
      refunded: 0,
      revenue: 0,
    };
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toEqual({
      currency: 'USD',
      days: [
        { date: '2026-02-27', ...none },
        { date: '2026-02-28', ...none, orders: 60, ordered: 647.7, captured: 647.7, revenue: 647.7 },
        { date: '2026-03-01', ...none },
        {
          date: '2026-03-02',
          ...none,
          cancelled: 1,
          cancelledAmount: 10.99,
          shipped: 2,
          refunded: 10.99,
          revenue: -10.99,
        },
      ],
    });
    expect(counts).toEqual({ BatchGetCommand: 1 });
  });

  test('reaches over 92 days, in four batch gets', async () => {
    const { dynamo, counts } = watched(data.dynamo);
    const { body } = await list({ from: '2026-01-01', to: '2026-04-02' }, data.runtime({ dynamo }));
    expect(body.days).toHaveLength(92);
    expect(body.days.at(58)).toMatchObject({ date: '2026-02-28', orders: 60 });
    expect(counts).toEqual({ BatchGetCommand: 4 });
  });

  test('asks again for keys that DynamoDB left over', async () => {
    const table = data.runtime().setting('READ_MODEL_TABLE');
    let calls = 0;
    const send = async (command: { input: { RequestItems: Record<string, { Keys: unknown[] }> } }) => {
      calls += 1;
      const { Keys = [] } = command.input.RequestItems[table] ?? {};
      command.input.RequestItems = { [table]: { Keys: Keys.slice(0, 1) } };
      const answer = await data.dynamo.send(command as never);
      return {
        ...(answer as object),
        ...(Keys.length > 1 && { UnprocessedKeys: { [table]: { Keys: Keys.slice(1) } } }),
      };
    };
    const { body } = await list(
      { from: '2026-02-28', to: '2026-02-28' },
      data.runtime({ dynamo: { send } as never }),
    );
    expect(body.days).toMatchObject([{ orders: 60 }]);
    expect(calls).toBe(SALES_SHARDS);
  });

  test('a table that stays throttled is a 503', async () => {
    const table = data.runtime().setting('READ_MODEL_TABLE');
    const send = async (command: { input: { RequestItems: object } }) => ({
      UnprocessedKeys: command.input.RequestItems,
    });
    const runtime = data.runtime({ dynamo: { send } as never });
    expect(table).toBeTruthy();
    expect(await list({ from: '2026-02-28', to: '2026-02-28' }, runtime)).toMatchObject({ status: 503 });
  });

  test.each([
    [{}, ['from', 'to']],
    [{ from: '2026-02-30', to: '2026-03-01' }, ['from']],
    [{ from: '2026-03-02', to: '2026-03-01' }, ['from']],
    [{ from: '2026-01-01', to: '2026-04-03' }, ['to']],
    [{ from: '2026-01-01', to: '2026-01-02', limit: '1' }, ['limit']],
  ])('%j is refused for %j', async (query, paths) => {
    expect(await list(query as Record<string, string>)).toMatchObject(refused(...paths));
  });

  test('needs the scope orders:manage', async () => {
    const query = { from: '2026-01-01', to: '2026-01-02' };
    expect(await httpGet(salesHandler(data.runtime()), { operation: 'get-sales', query })).toMatchObject({
      status: 403,
    });
  });
});

describe('GET /inventory/{sku}', () => {
  const get = (sku: string, caller: object = manager) =>
    httpGet(stockHandler(data.runtime()), { operation: 'get-stock', params: { sku }, ...caller });

  test('answers with what is there, reserved, available and backordered', async () => {
    const view = { sku: 'MUG', onHand: 10, reserved: 4, backordered: 2, updatedAt: iso(NOW), version: 3 };
    await put({ ...stockKey('MUG'), ...view });
    expect(await get('MUG')).toMatchObject({ status: 200, headers: { etag: '"3"' } });
    expect((await get('MUG')).body).toEqual({ ...view, available: 6 });
  });

  test('has no backorder where the view is from before there were any', async () => {
    await put({ ...stockKey('MUG'), sku: 'MUG', onHand: 10, reserved: 4, updatedAt: iso(NOW), version: 3 });
    expect((await get('MUG')).body).toMatchObject({ available: 6, backordered: 0 });
  });

  test('a SKU that was never received, or is none, is not found; the scope is needed', async () => {
    expect(await get('PEN')).toMatchObject({ status: 404 });
    expect(await get('no sku')).toMatchObject({ status: 404 });
    expect(await get('MUG', { scope: 'inventory:write' })).toMatchObject({ status: 403 });
  });
});

const items = [{ sku: 'MUG', name: 'Mug', quantity: 1, unitPrice: 123_456 }];

describe.each([
  {
    operation: 'list-fraud-reviews',
    createHandler: reviewsHandler,
    kind: 'FRAUD_REVIEWS',
    keyOf: fraudReviewKey,
    field: 'fraudReviews',
    stored: { status: 'open', total: 123_456, score: 20, level: 'low', reasons: [] },
    shown: { total: 1_234.56 },
    aggregate: 'fraud-review',
    view: fraudReviews,
    status: 'approved',
    openedAs: (opened: object) => ({
      eventType: 'FraudReviewOpened',
      data: { ...opened, total: 123_456, score: 20, level: 'low', reasons: [] },
    }),
    decided: { eventType: 'FraudReviewApproved', data: { by: 'grace', note: 'Seen.' } },
  },
  {
    operation: 'list-customs-declarations',
    createHandler: declarationsHandler,
    kind: 'CUSTOMS_DECLARATIONS',
    keyOf: customsDeclarationKey,
    field: 'customsDeclarations',
    stored: { status: 'opened', value: 123_456, items },
    shown: { status: 'open', value: 1_234.56, items: [{ ...items[0], unitPrice: 1_234.56 }] },
    aggregate: 'customs-declaration',
    view: customsDeclarations,
    status: 'cleared',
    openedAs: (opened: object) => ({
      eventType: 'CustomsDeclarationOpened',
      data: { ...opened, value: 123_456, items },
    }),
    decided: { eventType: 'CustomsDeclarationCleared', data: { by: 'grace', note: 'Seen.' } },
  },
] as const)('$operation', (one) => {
  const { operation, createHandler, kind, keyOf, field, stored, shown } = one;
  const view = { customerId: 'ada', currency: 'USD', country: 'FR', ...stored };
  const ids = Array.from({ length: 11 }, () => randomUUID());
  const timeOf = (index: number) => iso(NOW - index * 9 * DAY);
  /** As an earlier release stored them. */
  beforeAll(() =>
    Promise.all(
      ids.map((orderId, index) =>
        put({
          ...keyOf(orderId),
          ...listingKeys(kind, timeOf(index), orderId),
          orderId,
          ...view,
          createdAt: timeOf(index),
        }),
      ),
    ),
  );
  const opened = (orderId: string) => ({
    ...{ orderId, customerId: 'ada', currency: 'USD', country: 'FR' },
    dueAt: iso(NOW),
  });
  /** As this release keeps them: one opened at `at`, decided where it says so. */
  async function project(orderId: string, at: string, isDecided: boolean): Promise<void> {
    const events = [one.openedAs(opened(orderId)), ...(isDecided ? [one.decided] : [])];
    const stream = streamAt(at, one.aggregate, orderId, events as NewDomainEvent[]);
    await data.store(stream);
    await projectView(data.runtime(), one.view as VersionedView<{ version: number }, DomainEvent>, stream);
  }
  const open = Array.from({ length: 9 }, () => randomUUID());
  const decided = Array.from({ length: 5 }, () => randomUUID());
  const openedAt = (index: number) => iso(NOW - 100 * DAY + index * 11 * DAY);
  const decidedAt = (index: number) => iso(NOW - 1 - index * 20 * DAY);
  const list = (query: Record<string, string> = {}, caller: object = manager) =>
    httpGet(createHandler(data.runtime({ now })), { operation, query, ...caller });

  /** From page to page until there is no cursor. */
  async function walk(query: Record<string, string>) {
    const seen: Record<string, unknown>[] = [];
    let cursor: string | undefined;
    do {
      const { status, body } = await list({ limit: '4', ...query, ...(cursor && { cursor }) });
      expect(status).toBe(200);
      seen.push(...body[field]);
      cursor = body.cursor;
    } while (cursor);
    return seen;
  }
  const orderIds = (seen: Record<string, unknown>[]) => seen.map(({ orderId }) => orderId);

  test('what an earlier release stored: newest first, over months, page by page, with decimals', async () => {
    const seen = await walk({});
    expect(orderIds(seen)).toEqual(ids);
    expect(seen[0]).toEqual({ orderId: ids[0], ...view, ...shown, createdAt: timeOf(0) });
    expect(await walk({ status: 'open' })).toEqual([]);
  });

  test('the open ones oldest first, decided ones newest first, all of them newest first', async () => {
    await Promise.all([
      ...open.map((id, index) => project(id, openedAt(index), false)),
      ...decided.map((id, index) => project(id, decidedAt(index), true)),
    ]);
    const waiting = await walk({ status: 'open' });
    expect(orderIds(waiting)).toEqual(open);
    expect(waiting[0]).toMatchObject({ status: 'open', dueAt: iso(NOW), createdAt: openedAt(0), version: 1 });
    const done = await walk({ status: one.status });
    expect(orderIds(done)).toEqual(decided);
    expect(done[0]).toMatchObject({ status: one.status, decidedBy: 'grace', note: 'Seen.', version: 2 });
    const all = [
      ...ids.map((id, index) => [timeOf(index), id] as const),
      ...open.map((id, index) => [openedAt(index), id] as const),
      ...decided.map((id, index) => [decidedAt(index), id] as const),
    ];
    const newestFirst = all.sort(([a, x], [b, y]) => (`${a}#${x}` > `${b}#${y}` ? -1 : 1));
    expect(orderIds(await walk({}))).toEqual(newestFirst.map(([, id]) => id));
    expect(await walk({ status: 'closed' })).toEqual([]);
  });

  test('a decided one leaves the work list', async () => {
    const [first = ''] = open;
    await project(first, openedAt(0), true);
    expect(orderIds(await walk({ status: 'open' }))).toEqual(open.slice(1));
    expect(orderIds(await walk({ status: one.status }))).toContain(first);
  });

  test('one of an earlier release that is opened anew takes the place of what was stored', async () => {
    const [, second = ''] = ids;
    await project(second, timeOf(1), false);
    const seen = (await walk({})).filter(({ orderId }) => orderId === second);
    expect(seen).toMatchObject([{ version: 1, dueAt: iso(NOW) }]);
    expect(orderIds(await walk({ status: 'open' }))).toContain(second);
  });

  test('refuses what it does not know, a cursor of another list, and who lacks the scope', async () => {
    expect(await list({ status: 'opened' })).toMatchObject(refused('status'));
    const { cursor } = (await list({ status: 'open', limit: '1' })).body;
    expect(await list({ cursor })).toMatchObject(refused('cursor'));
    const foreign = Buffer.from(JSON.stringify({ list: 'other', at: '2026-01' })).toString('base64url');
    expect(await list({ cursor: foreign })).toMatchObject(refused('cursor'));
    expect(await list({}, { scope: 'audit:read' })).toMatchObject({ status: 403 });
  });
});

describe('GET /notifications', () => {
  const orderId = randomUUID();
  const sent = orderStream(orderId, 'ada', iso(NOW), 4).map(({ eventId, eventType }) => ({
    ...{ orderId, customerId: 'ada', eventId, eventType },
    ...{ subject: `About ${eventType}`, text: 'Hello', sentAt: iso(NOW) },
  }));
  beforeAll(() =>
    Promise.all(sent.map((email) => put({ ...notificationKey(orderId, email.eventId), ...email }))),
  );
  const list = (query: Record<string, string>, caller: object = manager) =>
    httpGet(notificationsHandler(data.runtime()), { operation: 'list-notifications', query, ...caller });

  test('what the customer of one order was told, oldest first, page by page', async () => {
    const first = (await list({ orderId, limit: '3' })).body;
    const second = (await list({ orderId, limit: '3', cursor: first.cursor })).body;
    expect([...first.notifications, ...second.notifications]).toEqual(sent);
    expect(second).not.toHaveProperty('cursor');
  });

  test('none of an order that nobody heard of', async () => {
    expect(await list({ orderId: randomUUID() })).toMatchObject({ status: 200, body: { notifications: [] } });
  });

  test('refuses to guess the order, a cursor of another order, and who lacks the scope', async () => {
    expect(await list({})).toMatchObject(refused('orderId'));
    expect(await list({ orderId: 'x' })).toMatchObject(refused('orderId'));
    const { cursor } = (await list({ orderId, limit: '1' })).body;
    expect(await list({ orderId: randomUUID(), cursor })).toMatchObject(refused('cursor'));
    expect(await list({ orderId }, { sub: 'ada' })).toMatchObject({ status: 403 });
  });
});
