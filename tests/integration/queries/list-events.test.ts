import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DomainEvent } from '#domain/index.ts';
import { createHandler as eventsHandler } from '#functions/queries/list-events/handler.ts';
import { type Data, startData } from '#tests/support/data.ts';
import { send as httpGet } from '#tests/support/http-send.ts';
import { orderStream } from '#tests/support/streams.ts';
import { DAY_MS, HOUR_MS, iso, NOW, now, refused } from './asking.ts';

let data: Data;
beforeAll(async () => {
  data = await startData();
});
afterAll(() => data.stop());

describe('GET /events', () => {
  // An order every three hours over the last five days, all of them paid a second later.
  const orders: DomainEvent[][] = Array.from({ length: 40 }, (_, index) =>
    orderStream(randomUUID(), 'ada', iso(NOW - (index + 1) * 3 * HOUR_MS), 2),
  ).reverse();
  const created = orders.flatMap(([event]) => event ?? []);
  beforeAll(() => data.store(orders.flat()));

  const list = (query: Record<string, string>, scope = 'audit:read') =>
    httpGet(eventsHandler(data.runtime({ now })), { operation: 'list-events', query, sub: 'auditor', scope });

  test('one type, in the order of time, the last 24 hours if nothing is said', async () => {
    const { status, body } = await list({ type: 'OrderCreated' });
    expect(status).toBe(200);
    expect(body).toEqual({
      events: created.filter((event) => event.metadata.timestamp >= iso(NOW - DAY_MS)),
      cursor: expect.any(String),
    });
    expect(body.events).toHaveLength(8);
  });

  test('a range, its end excluded, page by page', async () => {
    const [from, to] = [iso(NOW - 4 * DAY_MS), iso(NOW - DAY_MS)];
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
    expect(await list({ type: 'OrderCreated', from: iso(NOW - DAY_MS), cursor })).toMatchObject(
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
    const query = { type: 'OrderShipped', from: iso(NOW - DAY_MS) };
    const stream = orderStream(randomUUID(), 'ada', iso(NOW - HOUR_MS), 3);
    await data.store(stream);
    const { events, last } = await walk(query);
    expect(events).toHaveLength(1);
    const later = orderStream(randomUUID(), 'ada', iso(NOW - 60_000), 3);
    await data.store(later);
    expect((await list({ ...query, cursor: last ?? '' })).body.events).toEqual([later[2]]);
  });

  test('from a time that is ahead, with no end asked for, is an empty page', async () => {
    for (const ahead of [1, 60_000, 400 * DAY_MS]) {
      expect(await list({ type: 'OrderCreated', from: iso(NOW + ahead) })).toMatchObject({
        status: 200,
        body: { events: [] },
      });
    }
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
    const [from, to] = [iso(NOW - 4 * DAY_MS), iso(NOW - DAY_MS)];
    const { last } = await walk({ type: 'OrderCreated', from, to });
    expect((await list({ type: 'OrderCreated', from, to, cursor: last ?? '' })).body).toEqual({ events: [] });
  });
});
