import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DomainEvent } from '#domain/index.ts';
import { eventually } from '#tests/support/eventually.ts';
import { streamAt } from '#tests/support/streams.ts';
import { type RebuildSystem, startRebuildSystem } from './rebuild-system.ts';

let the: RebuildSystem;
beforeAll(async () => {
  the = await startRebuildSystem(['order-view', 'stock-view']);
}, 60_000);
afterAll(() => the?.system.stop());

describe('A step that fails', () => {
  const leftOf2 = async () =>
    (await the.scan('ReadModelTable')).filter(({ pk }) => /^(G2#|REBUILD#order-view)/.test(String(pk)));

  test('ends in the dead letters, with the stream and the reason; redriven, the rebuild goes on; cancelled, nothing is left', async () => {
    const [broken] = streamAt('2026-11-01T00:00:00Z', 'customer', 'broken', [
      { eventType: 'CustomerRegistered', data: { name: 'Ada', email: 'ada@example.com' } },
    ]) as [DomainEvent];
    const TableName = the.system.stack.tables.EventsTable?.name;
    const stored = { ...broken, typeDayShard: 'CustomerRegistered#2026-11-01#0' };
    await the.system.dynamo.send(new PutCommand({ TableName, Item: { ...stored, schemaVersion: 99 } }));
    await the.rebuild('order-view', 'start', { segments: 1 });
    const failed = await eventually(
      async () => {
        const { work } = await the.rebuild('order-view', 'advance');
        expect(work?.failed).toHaveLength(1);
        return work?.failed[0];
      },
      { timeoutMs: 20_000, everyMs: 50 },
    );
    expect(failed).toEqual({
      segment: 0,
      error: expect.stringContaining('customer-broken: NewerSchemaVersion: '),
    });
    const { deadLetters } = (await the.system.invoke('dead-letters', { consumer: 'order-view' })) as {
      deadLetters: { errorName: string; fingerprint: string }[];
    };
    const letter = deadLetters.find(({ errorName }) => errorName === 'StreamFailed');
    expect(letter).toBeDefined();

    await the.system.dynamo.send(new PutCommand({ TableName, Item: stored }));
    await the.system.invoke('redrive', { consumer: 'order-view', fingerprint: letter?.fingerprint });
    await the.reach('order-view', 'ready');
    expect(await leftOf2()).not.toEqual([]);
    await the.rebuild('order-view', 'cancel');
    expect((await the.reach('order-view', undefined)).live).toBe(1);
    expect(await leftOf2()).toEqual([]);
  }, 60_000);
});

describe('What cannot be done is refused, and nothing is changed:', () => {
  test.each([
    [
      'sales',
      'start',
      'no projection is called sales; there are order-view, catalogue-view, stock-view, reviews',
    ],
    ['stock-view', 'switch', 'no other generation is there'],
    ['stock-view', 'rollback', 'no generation is kept to go back to'],
    ['stock-view', 'drop', 'no generation is kept'],
    ['stock-view', 'cancel', 'no generation is being built'],
    ['stock-view', 'begin', 'action'],
  ])('%s, %s', async (projection, action, reason) => {
    const before = await the.rebuild('stock-view', 'status');
    await expect(the.rebuild(projection, action)).rejects.toThrow(reason);
    expect(await the.rebuild('stock-view', 'status')).toEqual(before);
  });

  test('two rebuilds at once', async () => {
    const both = await Promise.allSettled([1, 2].map(() => the.rebuild('stock-view', 'start')));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(the.rebuild('stock-view', 'start')).rejects.toThrow(
      /generation \d+ is already being built, filling/,
    );
    await expect(the.rebuild('stock-view', 'switch')).rejects.toThrow(/is filling, not ready/);
    await expect(the.rebuild('stock-view', 'drop')).rejects.toThrow('no generation is kept');
    await the.rebuild('stock-view', 'cancel');
    expect((await the.reach('stock-view', undefined)).live).toBe(1);
  }, 60_000);
});
