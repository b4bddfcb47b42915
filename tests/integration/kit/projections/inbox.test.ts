import { randomUUID } from 'node:crypto';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { applyOnce, type Change } from '#kit/projections/inbox.ts';
import { type ItemKey, inboxKey } from '#kit/projections/keys.ts';
import { startCounters } from '#tests/support/counter/data.ts';
import type { Tables } from '#tests/support/tables.ts';
import { watched } from '#tests/support/tables.ts';

let data: Tables;
beforeAll(async () => {
  data = await startCounters();
});
afterAll(() => data.stop());

const newTarget = (): ItemKey => ({ pk: `COUNTER#${randomUUID()}`, sk: 'COUNTERS' });

const changes = (target: ItemKey, count: number, add: Change['add'] = { started: 1 }): Change[] =>
  Array.from({ length: count }, () => ({ eventId: randomUUID(), target, add }));

async function stored(key: ItemKey): Promise<Record<string, unknown>> {
  const TableName = data.runtime().setting('READ_MODEL_TABLE');
  const { Item = {} } = await data.dynamo.send(new GetCommand({ TableName, Key: key, ConsistentRead: true }));
  const { pk, sk, ...rest } = Item;
  return rest;
}

describe('changes that happen once', () => {
  test('the changes of a batch to one item are one transaction', async () => {
    const target = newTarget();
    const { dynamo, counts } = watched(data.dynamo);
    const batch = [
      ...changes(target, 3, { started: 1, total: 500 }),
      ...changes(target, 1, { closed: 1, total: -700 }),
    ];
    await applyOnce(data.runtime({ dynamo }), 'tally', batch);
    expect(await stored(target)).toEqual({ started: 3, closed: 1, total: 800 });
    expect(counts).toEqual({ TransactWriteCommand: 1 });
  });

  test('more than 99 events take one transaction for each 99', async () => {
    const target = newTarget();
    const { dynamo, counts } = watched(data.dynamo);
    await applyOnce(data.runtime({ dynamo }), 'tally', changes(target, 199));
    expect(await stored(target)).toEqual({ started: 199 });
    expect(counts).toEqual({ TransactWriteCommand: 3 });
  });

  test('an event that comes again, beside new ones, is left out', async () => {
    const target = newTarget();
    const [first, ...rest] = changes(target, 4) as [Change, ...Change[]];
    await applyOnce(data.runtime(), 'tally', [first, first]);
    const { dynamo, counts } = watched(data.dynamo);
    await applyOnce(data.runtime({ dynamo }), 'tally', [...rest, first]);
    expect(await stored(target)).toEqual({ started: 4 });
    expect(counts).toEqual({ TransactWriteCommand: 2 });
  });

  test('another consumer takes the same event once itself; so does another item', async () => {
    const [target, other] = [newTarget(), newTarget()];
    const [change] = changes(target, 1) as [Change];
    const both = [change, { ...change, target: other }];
    await applyOnce(data.runtime(), 'tally', both);
    await applyOnce(data.runtime(), 'tally', both);
    expect([await stored(target), await stored(other)]).toEqual([{ started: 1 }, { started: 1 }]);
    await applyOnce(data.runtime(), 'mirror', both);
    expect([await stored(target), await stored(other)]).toEqual([{ started: 2 }, { started: 2 }]);
  });

  test('an answer that was lost is made good by the repetition, and counted once', async () => {
    const target = newTarget();
    const batch = changes(target, 5);
    const send = async (command: never) => {
      await data.dynamo.send(command);
      throw new Error('socket hang up');
    };
    const failing = applyOnce(data.runtime({ dynamo: { send } as never }), 'tally', batch);
    await expect(failing).rejects.toMatchObject({
      name: 'ChangesNotApplied',
      message: expect.stringContaining('socket hang up'),
    });
    await applyOnce(data.runtime({ now: () => Date.now() + 60_000 }), 'tally', batch);
    expect(await stored(target)).toEqual({ started: 5 });
  });

  test('what failed is named; the other items got their changes', async () => {
    const [good, bad] = [changes(newTarget(), 2), changes(newTarget(), 1)] as [Change[], [Change]];
    const send = async (command: { input: { TransactItems: { Update?: { Key: ItemKey } }[] } }) => {
      const update = command.input.TransactItems.at(-1)?.Update;
      if (update?.Key.pk === bad[0].target.pk) throw new Error('no');
      return data.dynamo.send(command as never);
    };
    const failure = await applyOnce(data.runtime({ dynamo: { send } as never }), 'tally', [
      ...good,
      ...bad,
    ]).catch((error: unknown) => error);
    expect(failure).toMatchObject({ failures: new Map([[bad[0].eventId, new Error('no')]]) });
    expect(await stored(good[0]?.target as ItemKey)).toEqual({ started: 2 });
    expect(await stored(bad[0].target)).toEqual({});
  });

  test('a marker outlives every queue: 30 days, then DynamoDB deletes it', async () => {
    const [change] = changes(newTarget(), 1) as [Change];
    const now = Date.UTC(2026, 4, 1);
    await applyOnce(data.runtime({ now: () => now }), 'tally', [change]);
    expect(await stored(inboxKey('tally', change.eventId, change.target))).toEqual({
      expiresAt: Date.UTC(2026, 4, 31) / 1_000,
    });
  });

  test('a transaction that met another one is tried again; one that keeps meeting others fails', async () => {
    const target = newTarget();
    const conflict = Object.assign(new Error(), { code: 0 });
    const { TransactionCanceledException } = await import('@aws-sdk/client-dynamodb');
    const cancelled = new TransactionCanceledException({
      message: conflict.message,
      $metadata: {},
      CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }],
    });
    const conflicting = (times: number) =>
      watched(data.dynamo, (_, count) => {
        if (count <= times) throw cancelled;
      });
    const twice = conflicting(2);
    await applyOnce(data.runtime({ dynamo: twice.dynamo }), 'tally', changes(target, 1));
    expect(twice.counts).toEqual({ TransactWriteCommand: 3 });
    expect(await stored(target)).toEqual({ started: 1 });

    const always = conflicting(1_000);
    await expect(
      applyOnce(data.runtime({ dynamo: always.dynamo }), 'tally', changes(target, 1)),
    ).rejects.toThrow('1 changes were not applied');
    expect(always.counts).toEqual({ TransactWriteCommand: 8 });
    expect(await stored(target)).toEqual({ started: 1 });
  });

  test('however events are delivered, by however many at once: each counts once', async () => {
    const delivery = fc.array(fc.array(fc.nat({ max: 11 }), { minLength: 1, maxLength: 10 }), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(delivery, async (batches) => {
        const targets = [newTarget(), newTarget()];
        const events = Array.from({ length: 12 }, (_, index) => ({
          eventId: randomUUID(),
          target: targets[index % 2] as ItemKey,
          add: { total: 2 ** index },
        }));
        await Promise.all(
          batches.map((batch) =>
            applyOnce(
              data.runtime(),
              'tally',
              batch.flatMap((index) => events[index] ?? []),
            ),
          ),
        );
        const sums = await Promise.all(targets.map(stored));
        const total = sums.reduce((sum, { total = 0 }) => sum + Number(total), 0);
        expect(total).toBe([...new Set(batches.flat())].reduce((sum, index) => sum + 2 ** index, 0));
      }),
      { numRuns: 30 },
    );
  });
});
