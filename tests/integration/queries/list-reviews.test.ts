import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DomainEvent, NewDomainEvent } from '#domain/index.ts';
import { createHandler as declarationsHandler } from '#functions/queries/list-customs-declarations/handler.ts';
import { createHandler as reviewsHandler } from '#functions/queries/list-fraud-reviews/handler.ts';
import { project as projectView } from '#kit/projections/project.ts';
import type { VersionedView } from '#kit/projections/projection.ts';
import { customsDeclarationKey, fraudReviewKey } from '#read-model/keys.ts';
import { listingKeys } from '#read-model/listing-keys.ts';
import { customsDeclarations, fraudReviews } from '#read-model/reviews.ts';
import { type Data, startData } from '#tests/support/data.ts';
import { send as httpGet } from '#tests/support/http-send.ts';
import { streamAt } from '#tests/support/streams.ts';
import { DAY_MS, iso, manager, NOW, now, refused } from './asking.ts';

let data: Data;
beforeAll(async () => {
  data = await startData();
});
afterAll(() => data.stop());

const put = (Item: Record<string, unknown>) =>
  data.dynamo.send(new PutCommand({ TableName: data.runtime().setting('READ_MODEL_TABLE'), Item }));

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
  const timeOf = (index: number) => iso(NOW - index * 9 * DAY_MS);
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
  const openedAt = (index: number) => iso(NOW - 100 * DAY_MS + index * 11 * DAY_MS);
  const decidedAt = (index: number) => iso(NOW - 1 - index * 20 * DAY_MS);
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
