import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DomainEventFrom } from '#domain/index.ts';
import { type OrderView, orderView } from '#domain/order/view.ts';
import { project } from '#kit/projections/project.ts';
import { orders } from '#read-model/order-view.ts';
import { readOrder } from '#read-model/orders.ts';
import { type Data, startData } from '#tests/support/data.ts';
import { orderStream } from '#tests/support/streams.ts';
import { watched } from '#tests/support/tables.ts';

type OrderEvent = DomainEventFrom<'order'>;

let data: Data;
beforeAll(async () => {
  data = await startData();
});
afterAll(() => data.stop());

const newStream = () => orderStream(randomUUID(), 'ada', '2026-03-01T10:00:00.000Z');

const fold = (events: readonly OrderEvent[]) => events.reduce<OrderView | undefined>(orderView, undefined);

/** What is stored must be the fold of exactly the first `version` events. */
async function expectStored(events: readonly OrderEvent[], version: number) {
  const id = events[0]?.aggregateId ?? '';
  expect(await readOrder(data.runtime(), id)).toEqual(fold(events.slice(0, version)));
}

const at = (events: readonly OrderEvent[], ...versions: number[]) =>
  versions.flatMap((version) => events[version - 1] ?? []);

describe('the view of one stream', () => {
  test('events that start the stream are folded and written with one put, and nothing is read', async () => {
    const events = newStream();
    const { dynamo, counts } = watched(data.dynamo);
    expect(await project(data.runtime({ dynamo }), orders, at(events, 2, 1, 2))).toBe(2);
    expect(counts).toEqual({ PutCommand: 1 });
    await expectStored(events, 2);
  });

  test('the next version costs a get and a put', async () => {
    const events = newStream();
    await project(data.runtime(), orders, at(events, 1));
    const { dynamo, counts } = watched(data.dynamo);
    expect(await project(data.runtime({ dynamo }), orders, at(events, 2))).toBe(2);
    expect(counts).toEqual({ GetCommand: 1, PutCommand: 1 });
    await expectStored(events, 2);
  });

  test('a version that the view has already is skipped without a write', async () => {
    const events = newStream();
    await project(data.runtime(), orders, at(events, 1, 2, 3));
    const { dynamo, counts } = watched(data.dynamo);
    expect(await project(data.runtime({ dynamo }), orders, at(events, 2, 3, 2))).toBe(3);
    expect(counts).toEqual({ GetCommand: 1 });
    await expectStored(events, 3);
  });

  test('the first event, coming again to a view that went on, changes nothing', async () => {
    const events = newStream();
    await project(data.runtime(), orders, at(events, 1, 2, 3));
    expect(await project(data.runtime(), orders, at(events, 1))).toBe(3);
    await expectStored(events, 3);
  });

  test('a gap is filled from the events table, as far as that goes', async () => {
    const events = newStream();
    await data.store(events);
    await project(data.runtime(), orders, at(events, 1));
    const { dynamo, counts } = watched(data.dynamo);
    expect(await project(data.runtime({ dynamo }), orders, at(events, 3))).toBe(4);
    expect(counts).toEqual({ GetCommand: 1, QueryCommand: 1, PutCommand: 1 });
    await expectStored(events, 4);
  });

  test('a late event without a view is a gap from the start', async () => {
    const events = newStream();
    await data.store(events.slice(0, 2));
    expect(await project(data.runtime(), orders, at(events, 2))).toBe(2);
    await expectStored(events, 2);
  });

  test('an event that the table does not hold is an error that names it, and nothing is written', async () => {
    const events = newStream();
    await data.store(events.slice(0, 2));
    await expect(project(data.runtime(), orders, at(events, 4))).rejects.toMatchObject({
      name: 'EventNotInStore',
      message: expect.stringContaining(`version 4 of ${events[0]?.streamId}`),
    });
    await expectStored(events, 0);
  });

  test('of two writers the one that got further stays, whoever writes last', async () => {
    const events = newStream();
    await data.store(events);
    await project(data.runtime(), orders, at(events, 1));
    // Ours reads version 1; before it writes version 2, another one gets to 4.
    const { dynamo } = watched(data.dynamo, async (command) => {
      if (command === 'PutCommand') await project(data.runtime(), orders, at(events, 4));
    });
    expect(await project(data.runtime({ dynamo }), orders, at(events, 2))).toBe(4);
    await expectStored(events, 4);
  });

  test('a writer that overtakes another one needs no second try', async () => {
    const events = newStream();
    await data.store(events);
    const { dynamo, counts } = watched(data.dynamo, async (command) => {
      if (command === 'PutCommand') await project(data.runtime(), orders, at(events, 1));
    });
    expect(await project(data.runtime({ dynamo }), orders, at(events, 2, 3))).toBe(4);
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
    expect(await project(data.runtime({ dynamo: { send } as never }), orders, at(events, 1, 2))).toBe(2);
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
            await project(data.runtime(), orders, at(events, ...batch));
          }
        };
        await Promise.all(Array.from({ length: writers }, work));
        await expectStored(events, 4);
      }),
      { numRuns: 40 },
    );
  });
});
