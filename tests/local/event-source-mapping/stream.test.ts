import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { fileCheckpoints } from '#resources/local/event-source-mapping/checkpoints.ts';
import { uniquePrefix } from '#tests/support/emulators.ts';
import { eventually } from '#tests/support/eventually.ts';
import { keysOf, mappedStack, stopMappedStacks } from '#tests/support/mapped-stack.ts';
import { throwsAt } from './failing.ts';

const folder = mkdtempSync(join(tmpdir(), 'checkpoints-'));
afterAll(async () => {
  await stopMappedStacks();
  rmSync(folder, { recursive: true });
});

describe('the event', () => {
  test('is the record of the stream, marshalled, with its source', async () => {
    const { put, stack, recordBatches } = await mappedStack({ onRecords: () => null });
    await put('a', 1);
    const [record] = await eventually(() => recordBatches[0] ?? false);
    expect(record).toEqual({
      eventID: expect.any(String),
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      eventSourceARN: stack.tables.EventsTable?.streamArn,
      dynamodb: {
        ApproximateCreationDateTime: expect.any(Number),
        Keys: { streamId: { S: 'a' }, version: { N: '1' } },
        NewImage: { streamId: { S: 'a' }, version: { N: '1' } },
        SequenceNumber: expect.stringMatching(/^\d+$/),
        SizeBytes: expect.any(Number),
        StreamViewType: 'NEW_IMAGE',
      },
    });
    expect(stack.tables.EventsTable?.streamArn).toMatch(
      /^arn:aws:dynamodb:us-east-1:000000000000:table\/.*\/stream\//,
    );
  });
});

describe('order', () => {
  test('is that of the writes, and one batch is in flight at a time', async () => {
    let inFlight = 0;
    let most = 0;
    const { put, recordBatches } = await mappedStack({
      stream: { BatchSize: 2 },
      onRecords: async () => {
        most = Math.max(most, ++inFlight);
        await Promise.resolve();
        inFlight--;
      },
    });
    await put('a', 1, 2, 3);
    await put('b', 1, 2);
    await eventually(() => recordBatches.flat().length === 5);
    expect(keysOf(recordBatches.flat())).toEqual(['a@1', 'a@2', 'a@3', 'b@1', 'b@2']);
    expect(recordBatches.every(({ length }) => length <= 2)).toBe(true);
    expect(most).toBe(1);
  });

  test('with a parallelization factor, more are in flight, never two of one item, each item in order', async () => {
    const inFlight = new Set<string | undefined>();
    const overlaps: (string | undefined)[] = [];
    let most = 0;
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { api, stack, recordBatches } = await mappedStack({
      stream: { BatchSize: 1, ParallelizationFactor: 4 },
      onRecords: async ({ Records: [record] }) => {
        const item = record?.dynamodb?.Keys?.streamId?.S;
        if (inFlight.has(item)) overlaps.push(item);
        inFlight.add(item);
        most = Math.max(most, inFlight.size);
        await released;
        inFlight.delete(item);
      },
    });
    const items = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const item of items) {
      for (const n of [1, 2, 3]) {
        await api.dynamodb('PutItem', {
          TableName: stack.tables.EventsTable?.name,
          Item: { streamId: { S: item }, version: { N: '1' }, n: { N: String(n) } },
        });
      }
    }
    await eventually(() => most > 1);
    release();
    await eventually(() => recordBatches.flat().length === 18);
    expect(overlaps).toEqual([]);
    expect(most).toBeLessThanOrEqual(4);
    for (const item of items) {
      const ofItem = recordBatches.flat().filter(({ dynamodb }) => dynamodb?.Keys?.streamId?.S === item);
      expect(ofItem.map(({ dynamodb }) => dynamodb?.NewImage?.n?.N)).toEqual(['1', '2', '3']);
    }
  });

  test('the window gathers a batch', async () => {
    const { put, recordBatches } = await mappedStack({
      stream: { BatchSize: 4, MaximumBatchingWindowInSeconds: 20 },
      onRecords: () => null,
    });
    await put('a', 1, 2, 3, 4);
    const batch = await eventually(() => recordBatches[0] ?? false);
    expect(keysOf(batch)).toEqual(['a@1', 'a@2', 'a@3', 'a@4']);
  });
});

describe('FilterCriteria', () => {
  test('pass over what does not match, and the iterator moves on', async () => {
    const { put, api, stack, mappings, recordBatches } = await mappedStack({
      stream: {
        BatchSize: 1,
        FilterCriteria: {
          Filters: [
            {
              Pattern: JSON.stringify({
                eventName: ['INSERT'],
                dynamodb: { NewImage: { version: { N: ['1', '3'] } } },
              }),
            },
          ],
        },
      },
      onRecords: () => null,
    });
    await put('a', 1, 2, 3);
    await api.dynamodb('DeleteItem', {
      TableName: stack.tables.EventsTable?.name,
      Key: { streamId: { S: 'a' }, version: { N: '3' } },
    });
    await put('a', 4);
    await mappings.waitUntilIdle();
    expect(keysOf(recordBatches.flat())).toEqual(['a@1', 'a@3']);
  });
});

describe('the starting position', () => {
  test('TRIM_HORIZON begins with what the stream has', async () => {
    const prefix = uniquePrefix();
    const { put } = await mappedStack({ prefix });
    await put('a', 1, 2);
    const { recordBatches } = await mappedStack({ prefix, onRecords: () => null });
    await eventually(() => recordBatches.flat().length === 2);
  });

  test('LATEST begins with what comes', async () => {
    const prefix = uniquePrefix();
    const { put } = await mappedStack({ prefix });
    await put('a', 1, 2);
    const { recordBatches, mappings } = await mappedStack({
      prefix,
      stream: { StartingPosition: 'LATEST' },
      onRecords: () => null,
    });
    await mappings.waitUntilIdle();
    await put('a', 3);
    await eventually(() => recordBatches.length > 0);
    expect(keysOf(recordBatches.flat())).toEqual(['a@3']);
  });
});

describe('the checkpoint', () => {
  const kept = (name: string) => ({
    start: {
      backOffMs: () => 1,
      checkpoints: (mapping: string) => fileCheckpoints(join(folder, name), mapping),
    },
  });

  test('survives a restart: what was dealt with does not come again, and nothing is left out', async () => {
    const prefix = uniquePrefix();
    const first = await mappedStack({ prefix, ...kept('restart'), onRecords: () => null });
    await first.put('a', 1, 2);
    await eventually(() => first.recordBatches.flat().length === 2);
    await first.mappings.stop();
    await first.put('a', 3, 4);
    const second = await mappedStack({ prefix, ...kept('restart'), onRecords: () => null });
    await eventually(() => second.recordBatches.flat().length === 2);
    expect(keysOf(second.recordBatches.flat())).toEqual(['a@3', 'a@4']);
  });

  test('stands before a batch that was failing when the mapping stopped', async () => {
    const prefix = uniquePrefix();
    const first = await mappedStack({
      prefix,
      ...kept('failing'),
      stream: { BatchSize: 1 },
      onRecords: throwsAt('2'),
    });
    await first.put('a', 1, 2, 3);
    await eventually(() => first.recordBatches.length >= 3);
    await first.mappings.stop();
    const second = await mappedStack({ prefix, ...kept('failing'), onRecords: () => null });
    await eventually(() => second.recordBatches.flat().length === 2);
    expect(keysOf(second.recordBatches.flat())).toEqual(['a@2', 'a@3']);
    expect(readdirSync(join(folder, 'failing')).filter((name) => !name.endsWith('.json'))).toEqual([]);
  });
});
