import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHandler as salesHandler } from '#functions/queries/get-sales/handler.ts';
import { applyOnce } from '#kit/projections/inbox.ts';
import { SALES_SHARDS, salesKey, salesShardOf } from '#read-model/keys.ts';
import { type Data, startData } from '#tests/support/data.ts';
import { send as httpGet } from '#tests/support/http-send.ts';
import { watched } from '#tests/support/tables.ts';
import { manager, refused } from './asking.ts';

let data: Data;
beforeAll(async () => {
  data = await startData();
});
afterAll(() => data.stop());

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
