import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { project } from '#kit/projections/project.ts';
import { type CounterView, counterView, type StoredCounterEvent } from '#tests/support/counter/counter.ts';
import { startCounters } from '#tests/support/counter/data.ts';
import { counterStream } from '#tests/support/counter/streams.ts';
import { counters } from '#tests/support/counter/views.ts';
import type { Tables } from '#tests/support/tables.ts';
import { watched } from '#tests/support/tables.ts';

let data: Tables;
beforeAll(async () => {
  data = await startCounters();
});
afterAll(() => data.stop());

const newStream = () => counterStream(randomUUID(), '2026-03-01T10:00:00.000Z');

const fold = (events: readonly StoredCounterEvent[]) =>
  events.reduce<CounterView | undefined>(counterView, undefined);

/** What is stored must be the fold of exactly the first `version` events, and found by the index keys of that. */
async function expectStored(events: readonly StoredCounterEvent[], version: number) {
  const id = events[0]?.aggregateId ?? '';
  const view = fold(events.slice(0, version));
  const expected = view && { ...view, ...counters.indexKeys?.(view), ...counters.key(id) };
  const TableName = data.runtime().setting('READ_MODEL_TABLE');
  const get = new GetCommand({ TableName, Key: counters.key(id), ConsistentRead: true });
  expect((await data.dynamo.send(get)).Item).toEqual(expected);
}

const at = (events: readonly StoredCounterEvent[], ...versions: number[]) =>
  versions.flatMap((version) => events[version - 1] ?? []);

describe('the view of one stream', () => {
  test('events that start the stream are folded and written with one put, and nothing is read', async () => {
    const events = newStream();
    const { dynamo, counts } = watched(data.dynamo);
    expect(await project(data.runtime({ dynamo }), counters, at(events, 2, 1, 2))).toBe(2);
    expect(counts).toEqual({ PutCommand: 1 });
    await expectStored(events, 2);
  });

  test('the next version costs a get and a put', async () => {
    const events = newStream();
    await project(data.runtime(), counters, at(events, 1));
    const { dynamo, counts } = watched(data.dynamo);
    expect(await project(data.runtime({ dynamo }), counters, at(events, 2))).toBe(2);
    expect(counts).toEqual({ GetCommand: 1, PutCommand: 1 });
    await expectStored(events, 2);
  });

  test('a version that the view has already is skipped without a write', async () => {
    const events = newStream();
    await project(data.runtime(), counters, at(events, 1, 2, 3));
    const { dynamo, counts } = watched(data.dynamo);
    expect(await project(data.runtime({ dynamo }), counters, at(events, 2, 3, 2))).toBe(3);
    expect(counts).toEqual({ GetCommand: 1 });
    await expectStored(events, 3);
  });

  test('the first event, coming again to a view that went on, changes nothing', async () => {
    const events = newStream();
    await project(data.runtime(), counters, at(events, 1, 2, 3));
    expect(await project(data.runtime(), counters, at(events, 1))).toBe(3);
    await expectStored(events, 3);
  });

  test('a read that is behind the stored view does no harm: it leads to the same view', async () => {
    const events = newStream();
    const TableName = data.runtime().setting('READ_MODEL_TABLE');
    const Key = counters.key(events[0]?.aggregateId ?? '');
    await data.store(events);
    await project(data.runtime(), counters, at(events, 1));
    const behind = await data.dynamo.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
    await project(data.runtime(), counters, at(events, 2));
    const send = async (command: object) =>
      command instanceof GetCommand ? behind : data.dynamo.send(command as never);
    const stale = data.runtime({ dynamo: { send } as never });
    expect(await project(stale, counters, at(events, 3))).toBe(4);
    await expectStored(events, 4);
    expect(await project(stale, counters, at(events, 2))).toBe(4);
    await expectStored(events, 4);
  });

  test('a gap is filled from the events table, as far as that goes', async () => {
    const events = newStream();
    await data.store(events);
    await project(data.runtime(), counters, at(events, 1));
    const { dynamo, counts } = watched(data.dynamo);
    expect(await project(data.runtime({ dynamo }), counters, at(events, 3))).toBe(4);
    expect(counts).toEqual({ GetCommand: 1, QueryCommand: 1, PutCommand: 1 });
    await expectStored(events, 4);
  });

  test('a late event without a view is a gap from the start', async () => {
    const events = newStream();
    await data.store(events.slice(0, 2));
    expect(await project(data.runtime(), counters, at(events, 2))).toBe(2);
    await expectStored(events, 2);
  });

  test('an event that the table does not hold is an error that names it, and nothing is written', async () => {
    const events = newStream();
    await data.store(events.slice(0, 2));
    await expect(project(data.runtime(), counters, at(events, 4))).rejects.toMatchObject({
      name: 'EventNotInStore',
      message: expect.stringContaining(`version 4 of ${events[0]?.streamId}`),
    });
    await expectStored(events, 0);
  });

  test('of two writers the one that got further stays, whoever writes last', async () => {
    const events = newStream();
    await data.store(events);
    await project(data.runtime(), counters, at(events, 1));
    // Ours reads version 1; before it writes version 2, another one gets to 4.
    const { dynamo } = watched(data.dynamo, async (command) => {
      if (command === 'PutCommand') await project(data.runtime(), counters, at(events, 4));
    });
    expect(await project(data.runtime({ dynamo }), counters, at(events, 2))).toBe(4);
    await expectStored(events, 4);
  });

  test('a writer that overtakes another one needs no second try', async () => {
    const events = newStream();
    await data.store(events);
    const { dynamo, counts } = watched(data.dynamo, async (command) => {
      if (command === 'PutCommand') await project(data.runtime(), counters, at(events, 1));
    });
    expect(await project(data.runtime({ dynamo }), counters, at(events, 2, 3))).toBe(4);
    expect(counts.PutCommand).toBe(1);
    await expectStored(events, 4);
  });

  test('an answer that was lost after the write is no error', async () => {
    const events = newStream();
    const refused: unknown[] = [];
    // What the SDK does when a connection breaks: the same put again.
    const send = async (command: never) => {
      await data.dynamo.send(command);
      return data.dynamo.send(command).catch((error: unknown) => {
        refused.push(error);
        throw error;
      });
    };
    expect(await project(data.runtime({ dynamo: { send } as never }), counters, at(events, 1, 2))).toBe(2);
    expect(refused).toEqual([expect.any(ConditionalCheckFailedException)]);
    await expectStored(events, 2);
  });

  test('whatever the order, the repetitions, the batches and the writers: the view is the fold', async () => {
    const delivery = fc.record({
      // Each version at least once, in any order, any of them again; cut into batches anywhere.
      versions: fc
        .tuple(
          fc.shuffledSubarray([1, 2, 3, 4], { minLength: 4 }),
          fc.array(fc.constantFrom(1, 2, 3, 4), { maxLength: 4 }),
        )
        .chain(([all, again]) => {
          const mixed = [...all, ...again];
          return fc.shuffledSubarray(mixed, { minLength: mixed.length, maxLength: mixed.length });
        }),
      batchSizes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 8, maxLength: 8 }),
      writers: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(delivery, async ({ versions, batchSizes, writers }) => {
        const events = newStream();
        await data.store(events);
        const batches: number[][] = [];
        for (let rest = versions; rest.length > 0; rest = rest.slice(batches.at(-1)?.length)) {
          batches.push(rest.slice(0, batchSizes[batches.length % 8]));
        }
        const work = async () => {
          for (let batch = batches.shift(); batch; batch = batches.shift()) {
            await project(data.runtime(), counters, at(events, ...batch));
          }
        };
        await Promise.all(Array.from({ length: writers }, work));
        await expectStored(events, 4);
      }),
      { numRuns: 40 },
    );
  });
});
