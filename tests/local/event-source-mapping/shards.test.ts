import { afterAll, describe, expect, test } from '@jest/globals';
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { type Checkpoints, inMemoryCheckpoints } from '#resources/local/event-source-mapping/checkpoints.ts';
import type { EventSourceMapping, MappingProperties } from '#resources/local/event-source-mapping/mapping.ts';
import { streamMapping } from '#resources/local/event-source-mapping/stream-mapping.ts';
import type { Position, Shard, StreamSource } from '#resources/local/event-source-mapping/stream-source.ts';
import { eventually } from '#tests/support/eventually.ts';
import { failing } from '#tests/support/mapped-stack.ts';

/** The emulator's stream has one shard that never closes; AWS's split and end. This one does what a test says. */
interface ScriptedShard extends Shard {
  sequenceNumbers: number[];
  closed: boolean;
}

function scriptedStream(shards: ScriptedShard[]) {
  const iterators: { shardId: string; position: Position }[] = [];
  const failures: Error[] = [];
  const source: StreamSource = {
    shards: async () =>
      shards.map(({ ShardId, ParentShardId }) => ({ ShardId, ...(ParentShardId && { ParentShardId }) })),
    async iterator(shardId, position) {
      iterators.push({ shardId, position });
      const { sequenceNumbers = [] } = shards.find(({ ShardId }) => ShardId === shardId) ?? {};
      const from = {
        TRIM_HORIZON: () => 0,
        LATEST: () => sequenceNumbers.length,
        AFTER_SEQUENCE_NUMBER: () =>
          1 + sequenceNumbers.indexOf(Number('sequenceNumber' in position && position.sequenceNumber)),
      }[position.type]();
      return `${shardId} ${from}`;
    },
    async read(iterator, limit) {
      const failure = failures.shift();
      if (failure) throw failure;
      const [shardId, from] = iterator.split(' ');
      const shard = shards.find(({ ShardId }) => ShardId === shardId);
      const all = shard?.sequenceNumbers ?? [];
      const to = Math.min(all.length, Number(from) + limit);
      const ended = shard?.closed && to === all.length;
      return {
        records: all.slice(Number(from), to).map(record),
        ...(ended ? {} : { next: `${shardId} ${to}` }),
      };
    },
  };
  return { source, iterators, failures };
}

const record = (sequenceNumber: number): DynamoDBRecord => ({
  dynamodb: {
    SequenceNumber: String(sequenceNumber),
    Keys: { id: { S: `item-${sequenceNumber % 5}` } },
    ApproximateCreationDateTime: Math.floor(Date.now() / 1000),
  },
});

const running: EventSourceMapping[] = [];
afterAll(() => Promise.all(running.map((mapping) => mapping.stop())));

function start(
  source: StreamSource,
  onRecords: (records: string[]) => unknown,
  options: { checkpoints?: Checkpoints; properties?: Partial<MappingProperties> } = {},
) {
  const warnings: string[] = [];
  const mapping = streamMapping({
    name: 'scripted',
    source,
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:scripted',
    properties: {
      EventSourceArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/scripted/stream/1',
      FunctionName: 'scripted',
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ...options.properties,
    },
    invoke: async (event) =>
      onRecords((event as DynamoDBStreamEvent).Records.map(({ dynamodb }) => dynamodb?.SequenceNumber ?? '')),
    sendToDestination: async () => {},
    backOffMs: () => 1,
    listShardsEveryMs: 20,
    warn: (message) => warnings.push(message),
    ...(options.checkpoints && { checkpoints: options.checkpoints }),
  });
  running.push(mapping);
  mapping.start();
  return { mapping, warnings };
}

describe('shards', () => {
  test('a child is read after its parent has been dealt with, siblings beside each other', async () => {
    const { source } = scriptedStream([
      { ShardId: 'left', ParentShardId: 'root', sequenceNumbers: [4, 5], closed: false },
      { ShardId: 'right', ParentShardId: 'root', sequenceNumbers: [6], closed: false },
      { ShardId: 'root', sequenceNumbers: [1, 2, 3], closed: true },
    ]);
    const seen: string[] = [];
    let failures = 2;
    start(source, (records) => {
      if (records.includes('3') && failures-- > 0) throw new Error('the parent holds its children up');
      seen.push(...records);
    });
    await eventually(() => seen.length === 6);
    expect(seen.slice(0, 3)).toEqual(['1', '2', '3']);
    expect(seen.filter((one) => one === '4' || one === '5')).toEqual(['4', '5']);
  });

  test('that appear later are read from their start, also with LATEST', async () => {
    const shards: ScriptedShard[] = [{ ShardId: 'root', sequenceNumbers: [1, 2], closed: false }];
    const { source, iterators } = scriptedStream(shards);
    const seen: string[] = [];
    start(source, (records) => void seen.push(...records), { properties: { StartingPosition: 'LATEST' } });
    await eventually(() => iterators.length === 1);
    shards.push({ ShardId: 'child', ParentShardId: 'root', sequenceNumbers: [4, 5], closed: false });
    Object.assign(shards[0] ?? {}, { sequenceNumbers: [1, 2, 3], closed: true });
    await eventually(() => seen.length === 3);
    expect(seen).toEqual(['3', '4', '5']);
  });

  test('whose parent is gone are read', async () => {
    const { source } = scriptedStream([
      { ShardId: 'child', ParentShardId: 'trimmed', sequenceNumbers: [1], closed: false },
    ]);
    const seen: string[] = [];
    start(source, (records) => void seen.push(...records));
    await eventually(() => seen.length === 1);
  });

  test('that were finished are not read again after a restart, and their children go on where they stood', async () => {
    const checkpoints = inMemoryCheckpoints();
    const shards: ScriptedShard[] = [
      { ShardId: 'root', sequenceNumbers: [1, 2], closed: true },
      { ShardId: 'child', ParentShardId: 'root', sequenceNumbers: [3], closed: false },
    ];
    const first: string[] = [];
    const { mapping } = start(scriptedStream(shards).source, (records) => void first.push(...records), {
      checkpoints,
    });
    await eventually(() => checkpoints.get('child')?.sequenceNumber === '3');
    await mapping.stop();
    shards[1]?.sequenceNumbers.push(4);
    const second: string[] = [];
    const { source, iterators } = scriptedStream(shards);
    start(source, (records) => void second.push(...records), { checkpoints });
    await eventually(() => second.length === 1);
    expect(second).toEqual(['4']);
    expect(iterators.map(({ shardId }) => shardId)).toEqual(['child']);
  });
});

describe('the checkpoint', () => {
  test('does not move past a record that another lane has not dealt with', async () => {
    const checkpoints = inMemoryCheckpoints();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { source } = scriptedStream([
      { ShardId: 'root', sequenceNumbers: [1, 2, 3, 4, 5, 6, 7, 8], closed: false },
    ]);
    const done: string[] = [];
    start(
      source,
      async (records) => {
        if (records.includes('1')) await released;
        done.push(...records);
      },
      { checkpoints, properties: { BatchSize: 1, ParallelizationFactor: 5 } },
    );
    await eventually(() => done.length >= 2);
    expect(checkpoints.get('root')).toBeUndefined();
    release();
    await eventually(() => checkpoints.get('root')?.sequenceNumber === '8');
  });

  test('moves over records that a filter passes over', async () => {
    const checkpoints = inMemoryCheckpoints();
    const { source } = scriptedStream([{ ShardId: 'root', sequenceNumbers: [1, 2], closed: false }]);
    start(source, () => {}, {
      checkpoints,
      properties: { FilterCriteria: { Filters: [{ Pattern: '{"eventName":["REMOVE"]}' }] } },
    });
    await eventually(() => checkpoints.get('root')?.sequenceNumber === '2');
  });

  test('follows a report while the rest is tried again', async () => {
    const checkpoints = inMemoryCheckpoints();
    const { source } = scriptedStream([{ ShardId: 'root', sequenceNumbers: [1, 2, 3], closed: false }]);
    let healed = false;
    start(source, (records) => (records.includes('3') && !healed ? failing('3') : null), { checkpoints });
    await eventually(() => checkpoints.get('root')?.sequenceNumber === '2');
    healed = true;
    await eventually(() => checkpoints.get('root')?.sequenceNumber === '3');
  });
});

test('when the stream does not answer, reading goes on where it stood, and someone is told', async () => {
  const shards: ScriptedShard[] = [{ ShardId: 'root', sequenceNumbers: [1, 2], closed: false }];
  const { source, failures, iterators } = scriptedStream(shards);
  const seen: string[] = [];
  const { warnings } = start(source, (records) => void seen.push(...records));
  await eventually(() => seen.length === 2);
  failures.push(new Error('ExpiredIteratorException'));
  await eventually(() => warnings.length === 1);
  shards[0]?.sequenceNumbers.push(3);
  await eventually(() => seen.length === 3);
  expect(seen).toEqual(['1', '2', '3']);
  expect(iterators.at(-1)?.position).toEqual({ type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: '2' });
});
