import { randomUUID } from 'node:crypto';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { applyOnce, type Change } from '#kit/projections/inbox.ts';
import { findUncounted } from '#kit/projections/inbox-markers.ts';
import { type ItemKey, inboxBatchKey, inboxKey } from '#kit/projections/keys.ts';
import { startCounters } from '#tests/support/counter/data.ts';
import { killedAtEveryCall } from '#tests/support/killed.ts';
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

/** The ids of those that the audit would send again. */
async function uncounted(given: readonly Change[]): Promise<string[]> {
  const events = given.map(({ eventId, target }) => ({ eventId, scope: target }));
  return (await findUncounted(data.runtime(), 'tally', events)).map(({ eventId }) => eventId);
}

/** A client of a process that dies at this call: before it has an effect, or after it. */
function dyingAt(at: number, effect: 'lost' | 'done') {
  let count = 0;
  const send = async (command: never) => {
    count++;
    if (count === at && effect === 'done') await data.dynamo.send(command);
    if (count >= at) throw new Error('dead');
    return data.dynamo.send(command);
  };
  return { send } as never;
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
    expect(counts).toEqual({ BatchExecuteStatementCommand: 1, TransactWriteCommand: 1 });
  });

  test('any number of events to one item is one transaction, with 25 markers a call before it', async () => {
    const target = newTarget();
    const { dynamo, counts } = watched(data.dynamo);
    await applyOnce(data.runtime({ dynamo }), 'tally', changes(target, 199));
    expect(await stored(target)).toEqual({ started: 199 });
    expect(counts).toEqual({ BatchExecuteStatementCommand: 8, TransactWriteCommand: 1 });
  });

  test('an event that comes again, beside new ones, is left out', async () => {
    const target = newTarget();
    const [first, ...rest] = changes(target, 4) as [Change, ...Change[]];
    await applyOnce(data.runtime(), 'tally', [first, first]);
    const { dynamo, counts } = watched(data.dynamo);
    await applyOnce(data.runtime({ dynamo }), 'tally', [...rest, first]);
    expect(await stored(target)).toEqual({ started: 4 });
    expect(counts).toEqual({ BatchExecuteStatementCommand: 1, BatchGetCommand: 2, TransactWriteCommand: 1 });
  });

  test('events that all came before write nothing', async () => {
    const target = newTarget();
    const batch = changes(target, 3);
    await applyOnce(data.runtime(), 'tally', batch);
    const { dynamo, counts } = watched(data.dynamo);
    await applyOnce(data.runtime({ dynamo }), 'tally', batch);
    expect(await stored(target)).toEqual({ started: 3 });
    expect(counts).toEqual({ BatchExecuteStatementCommand: 1, BatchGetCommand: 2 });
  });

  test('an event counts once for a scope, to whichever item it goes', async () => {
    const [first, second] = [newTarget(), newTarget()];
    const [change] = changes(first, 1) as [Change];
    await applyOnce(data.runtime(), 'tally', [{ ...change, scope: first }]);
    await applyOnce(data.runtime(), 'tally', [{ ...change, target: second, scope: first }]);
    expect([await stored(first), await stored(second)]).toEqual([{ started: 1 }, {}]);
  });

  test('a marker of before there were batches says that the event has counted', async () => {
    const [change] = changes(newTarget(), 1) as [Change];
    const TableName = data.runtime().setting('READ_MODEL_TABLE');
    const Item = { ...inboxKey('tally', change.eventId, change.target), expiresAt: 4_000_000_000 };
    await data.dynamo.send(new PutCommand({ TableName, Item }));
    await applyOnce(data.runtime(), 'tally', [change]);
    expect(await stored(change.target)).toEqual({});
    expect(await uncounted([change])).toEqual([]);
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
    const send = async (command: { input: { TransactItems?: { Update?: { Key: ItemKey } }[] } }) => {
      if (command.input.TransactItems?.at(-1)?.Update?.Key.pk === bad[0].target.pk) throw new Error('no');
      return data.dynamo.send(command as never);
    };
    const failure = await applyOnce(data.runtime({ dynamo: { send } as never }), 'tally', [
      ...good,
      ...bad,
    ]).catch((error: unknown) => error);
    expect(failure).toMatchObject({ failures: new Map([[bad[0].eventId, new Error('no')]]) });
    expect(await stored(good[0]?.target as ItemKey)).toEqual({ started: 2 });
    expect(await stored(bad[0].target)).toEqual({});
    expect(await uncounted([...good, ...bad])).toEqual([bad[0].eventId]);
  });

  test('a marker outlives every queue: 30 days, then DynamoDB deletes it; its batch is kept for 60', async () => {
    const [change] = changes(newTarget(), 1) as [Change];
    const now = Date.UTC(2026, 4, 1);
    await applyOnce(data.runtime({ now: () => now }), 'tally', [change]);
    const marker = await stored(inboxKey('tally', change.eventId, change.target));
    expect(marker).toEqual({ batchId: expect.any(String), expiresAt: Date.UTC(2026, 4, 31) / 1_000 });
    expect(await stored(inboxBatchKey('tally', String(marker.batchId)))).toEqual({
      fate: 'applied',
      expiresAt: Date.UTC(2026, 5, 30) / 1_000,
    });
  });

  test('a marker that was not inserted, for whatever reason, is put', async () => {
    const target = newTarget();
    const batch = changes(target, 3);
    const { dynamo, counts } = watched(data.dynamo);
    const send = async (command: { constructor: { name: string }; input: { Statements?: object[] } }) => {
      const { Statements } = command.input;
      if (!Statements) return dynamo.send(command as never);
      return { Responses: Statements.map(() => ({ Error: { Code: 'AccessDenied' } })) };
    };
    await applyOnce(data.runtime({ dynamo: { send } as never }), 'tally', batch);
    await applyOnce(data.runtime({ dynamo: { send } as never }), 'tally', batch);
    expect(await stored(target)).toEqual({ started: 3 });
    expect(counts).toMatchObject({ PutCommand: 3, TransactWriteCommand: 1 });
  });

  test('a process that was only slow counts nothing of what another one has taken over', async () => {
    const target = newTarget();
    const batch = changes(target, 4);
    const [taken, left] = [batch.slice(0, 3), batch.slice(3)];
    const slow = watched(data.dynamo, async (name, count) => {
      if (name === 'TransactWriteCommand' && count === 1) await applyOnce(data.runtime(), 'tally', taken);
    });
    await applyOnce(data.runtime({ dynamo: slow.dynamo }), 'tally', batch);
    expect(await stored(target)).toEqual({ started: 4 });
    expect(slow.counts).toMatchObject({ TransactWriteCommand: 2 });
    expect(await uncounted([...taken, ...left])).toEqual([]);
  });

  test.each([
    ['before the transaction', 2, 'lost'],
    ['after the transaction', 2, 'done'],
    ['before the markers', 1, 'lost'],
    ['after the markers', 1, 'done'],
  ] as const)(
    'each event counts once where one process dies %s, and the next one at any call',
    async (_, at, effect) => {
      const calls = await killedAtEveryCall(data.dynamo, async (dynamo) => {
        const batch = changes(newTarget(), 3);
        const first = data.runtime({ dynamo: dyingAt(at, effect) });
        await expect(applyOnce(first, 'tally', batch)).rejects.toThrow('3 changes were not applied');
        await applyOnce(data.runtime({ dynamo }), 'tally', batch).catch(() => undefined);
        await applyOnce(data.runtime(), 'tally', batch);
        expect(await stored(batch[0]?.target as ItemKey)).toEqual({ started: 3 });
      });
      expect(calls).toBeGreaterThan(1);
    },
  );

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
      watched(data.dynamo, (name, count) => {
        if (name === 'TransactWriteCommand' && count <= times) throw cancelled;
      });
    const twice = conflicting(2);
    await applyOnce(data.runtime({ dynamo: twice.dynamo }), 'tally', changes(target, 1));
    expect(twice.counts).toMatchObject({ TransactWriteCommand: 3 });
    expect(await stored(target)).toEqual({ started: 1 });

    const always = conflicting(1_000);
    await expect(
      applyOnce(data.runtime({ dynamo: always.dynamo }), 'tally', changes(target, 1)),
    ).rejects.toThrow('1 changes were not applied');
    expect(always.counts).toMatchObject({ TransactWriteCommand: 8 });
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
