import { describe, expect, test } from '@jest/globals';
import { batchGet, KEYS_PER_GET } from '#kit/aws/batch-get.ts';
import { batchesOf, chunksOf } from '#kit/aws/chunks.ts';
import { DELETES_PER_CALL, deleteItems } from '#kit/aws/delete-items.ts';
import { fullJitter } from '#kit/aws/full-jitter.ts';
import { repeatUnprocessed } from '#kit/aws/unprocessed.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { counterApplication } from '#tests/support/counter/application.ts';

const TABLE = 'read-model';

/** A table that takes so many entries of each call, and leaves the others over. */
function table(takes: (call: number) => number) {
  const calls: { Keys: object[] }[] = [];
  const slept: number[] = [];
  const send = async ({
    input,
  }: {
    input: { RequestItems: Record<string, { Keys: object[] } | object[]> };
  }) => {
    const wanted = input.RequestItems[TABLE];
    const isWrite = Array.isArray(wanted);
    const entries = isWrite ? wanted : (wanted?.Keys ?? []);
    calls.push({ Keys: entries });
    const count = takes(calls.length);
    const left = entries.slice(count);
    return isWrite
      ? { UnprocessedItems: left.length > 0 ? { [TABLE]: left } : {} }
      : {
          Responses: { [TABLE]: entries.slice(0, count) },
          UnprocessedKeys: left.length > 0 ? { [TABLE]: { Keys: left } } : {},
        };
  };
  const runtime = createRuntime(counterApplication, {
    dynamo: { send } as unknown as Runtime['dynamo'],
    sleep: async (ms) => {
      slept.push(ms);
    },
    random: () => 0.5,
    settings: { READ_MODEL_TABLE: TABLE },
  });
  return { runtime, calls, slept };
}

const keys = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ pk: `p${index}`, sk: 'VIEW' }));
const sizes = (calls: { Keys: object[] }[]) => calls.map(({ Keys }) => Keys.length);

describe('A batch get', () => {
  test('asks for a hundred keys a call, and for what was left over again until nothing is', async () => {
    const wanted = keys(KEYS_PER_GET + 5);
    const { runtime, calls, slept } = table((call) => (call === 1 ? 40 : KEYS_PER_GET));
    const found = await batchGet(runtime, 'READ_MODEL_TABLE', wanted);
    expect(found).toHaveLength(wanted.length);
    expect(new Set(found)).toEqual(new Set(wanted));
    expect(sizes(calls)).toEqual([KEYS_PER_GET, 5, KEYS_PER_GET - 40]);
    expect(slept).toHaveLength(1);
  });

  test('of no keys is no call', async () => {
    const { runtime, calls } = table(() => 1);
    expect(await batchGet(runtime, 'READ_MODEL_TABLE', [])).toEqual([]);
    expect(calls).toEqual([]);
  });

  test('ends with a throttle after eight attempts that bring nothing', async () => {
    const { runtime, calls, slept } = table(() => 0);
    await expect(batchGet(runtime, 'READ_MODEL_TABLE', keys(3))).rejects.toMatchObject({
      name: 'ProvisionedThroughputExceededException',
      message: '3 keys were left over',
    });
    expect(calls).toHaveLength(8);
    expect(slept).toEqual(slept.toSorted((a, b) => a - b));
  });
});

describe('Deleting', () => {
  test('takes one call for each 25 keys, one after the other, and repeats what was left over', async () => {
    const { runtime, calls } = table((call) => (call === 2 ? 1 : DELETES_PER_CALL));
    await deleteItems(runtime, keys(DELETES_PER_CALL + 3));
    expect(sizes(calls)).toEqual([DELETES_PER_CALL, 3, 2]);
    expect(calls[2]?.Keys).toEqual(
      keys(DELETES_PER_CALL + 3)
        .slice(-2)
        .map((Key) => ({ DeleteRequest: { Key } })),
    );
  });
});

test('A call that fails is not repeated: the SDK has done that', async () => {
  const { runtime } = table(() => 1);
  let calls = 0;
  const fails = async () => {
    calls += 1;
    throw new Error('no table');
  };
  await expect(repeatUnprocessed(runtime, [1], fails)).rejects.toThrow('no table');
  expect(calls).toBe(1);
});

test('A wait is a random part of a bound that doubles up to its maximum', async () => {
  const slept: number[] = [];
  const waiting = (random: number) => ({
    random: () => random,
    sleep: async (ms: number) => {
      slept.push(ms);
    },
  });
  for (const attempt of [1, 2, 3]) await fullJitter(waiting(0.5), attempt, { baseMs: 100, maxMs: 500 });
  await fullJitter(waiting(0), 1);
  expect(slept).toEqual([100, 200, 250, 0]);
});

test('Parts keep the order, and the last one may be shorter', () => {
  expect(chunksOf([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(chunksOf([], 2)).toEqual([]);
});

test('batches have ten entries and so many bytes at the most, in the order of the entries', () => {
  const batches = (sizes: number[]) => batchesOf(sizes, (size) => size, 100);
  expect(batches([])).toEqual([]);
  expect(batches([60, 40, 1, 99, 2])).toEqual([[60, 40], [1, 99], [2]]);
  expect(batches([1, 101, 1])).toEqual([[1], [101], [1]]);
  expect(batches(Array.from({ length: 21 }, () => 1)).map(({ length }) => length)).toEqual([10, 10, 1]);
});
