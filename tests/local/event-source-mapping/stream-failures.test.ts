import { afterAll, describe, expect, test } from '@jest/globals';
import { eventually } from '#tests/support/eventually.ts';
import { failing, keysOf, mappedStack, stopMappedStacks } from '#tests/support/mapped-stack.ts';
import { isAbout, sequenceNumbers, throwsAt } from './failing.ts';

afterAll(stopMappedStacks);

async function metadataOf({ stack, api }: Awaited<ReturnType<typeof mappedStack>>, queue = 'GivenUpQueue') {
  return eventually(async () => {
    const { Messages } = await api.sqs<{ Messages?: { Body: string }[] }>('ReceiveMessage', {
      QueueUrl: stack.queues[queue]?.url,
      MaxNumberOfMessages: 10,
    });
    return Messages ? Messages.map(({ Body }) => JSON.parse(Body)) : false;
  });
}

describe('a report', () => {
  test('is a checkpoint: from the lowest sequence number on, everything comes again', async () => {
    let calls = 0;
    const { put, recordBatches } = await mappedStack({
      stream: { MaximumBatchingWindowInSeconds: 20, BatchSize: 5 },
      onRecords: ({ Records }) => {
        if (++calls > 1) return null;
        const [, , third, fourth] = sequenceNumbers(Records);
        return failing(fourth, third);
      },
    });
    await put('a', 1, 2, 3, 4, 5);
    await eventually(() => recordBatches.length === 2);
    expect(recordBatches.map(keysOf)).toEqual([
      ['a@1', 'a@2', 'a@3', 'a@4', 'a@5'],
      ['a@3', 'a@4', 'a@5'],
    ]);
  });

  test.each([
    ['an empty identifier', failing('')],
    ['a null identifier', { batchItemFailures: [{ itemIdentifier: null }] }],
    ['another key', { batchItemFailures: [{ sequenceNumber: '1' }] }],
    ['a sequence number of another batch', failing('99999999')],
  ])('with %s fails the whole batch', async (_, answer) => {
    let calls = 0;
    const { put, recordBatches } = await mappedStack({
      stream: { MaximumBatchingWindowInSeconds: 20, BatchSize: 2 },
      onRecords: () => (++calls === 1 ? answer : null),
    });
    await put('a', 1, 2);
    await eventually(() => recordBatches.length === 2);
    expect(recordBatches.map(keysOf)).toEqual([
      ['a@1', 'a@2'],
      ['a@1', 'a@2'],
    ]);
  });

  test('means nothing without ReportBatchItemFailures', async () => {
    const { put, mappings, recordBatches } = await mappedStack({
      stream: { FunctionResponseTypes: [] },
      onRecords: ({ Records }) => failing(...sequenceNumbers(Records)),
    });
    await put('a', 1);
    await eventually(() => recordBatches.length === 1);
    await mappings.waitUntilIdle();
    expect(recordBatches).toHaveLength(1);
  });
});

describe('a batch that keeps failing', () => {
  test('holds the shard up until it succeeds, when retries are without end', async () => {
    let calls = 0;
    const { put, recordBatches } = await mappedStack({
      stream: { BatchSize: 1 },
      onRecords: () => {
        if (++calls <= 4) throw new Error('not yet');
      },
    });
    await put('a', 1, 2);
    await eventually(() => recordBatches.length === 6);
    expect(keysOf(recordBatches.flat())).toEqual(['a@1', 'a@1', 'a@1', 'a@1', 'a@1', 'a@2']);
  });

  test('is given up after MaximumRetryAttempts: its metadata goes to the destination, and the shard goes on', async () => {
    const mapped = await mappedStack({
      stream: { BatchSize: 2, MaximumBatchingWindowInSeconds: 20, MaximumRetryAttempts: 2 },
      onRecords: throwsAt('2'),
    });
    await mapped.put('a', 1, 2, 3, 4);
    await eventually(() => mapped.recordBatches.length === 4);
    const [metadata] = await metadataOf(mapped);
    const [first, last] = sequenceNumbers(mapped.recordBatches[0] ?? []);
    expect(metadata).toEqual({
      requestContext: {
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        functionArn: mapped.stack.functions.PublishLambdaFunction?.arn,
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 3,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      DDBStreamBatchInfo: {
        shardId: expect.stringMatching(/^shardId-/),
        startSequenceNumber: first,
        endSequenceNumber: last,
        approximateArrivalOfFirstRecord: expect.stringMatching(/Z$/),
        approximateArrivalOfLastRecord: expect.stringMatching(/Z$/),
        batchSize: 2,
        streamArn: mapped.stack.tables.EventsTable?.streamArn,
      },
    });
    expect(keysOf(mapped.recordBatches[3] ?? [])).toEqual(['a@3', 'a@4']);
  });

  test('can be given up to a topic', async () => {
    const mapped = await mappedStack({
      stream: {
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure: { Destination: { Ref: 'EventsTopic' } } },
      },
      onRecords: throwsAt('1'),
    });
    await mapped.api.sns('Subscribe', {
      TopicArn: mapped.stack.topics.EventsTopic?.arn ?? '',
      Protocol: 'sqs',
      Endpoint: mapped.stack.queues.GivenUpQueue?.arn ?? '',
    });
    await mapped.put('a', 1);
    const [notification] = await metadataOf(mapped);
    expect(JSON.parse(notification.Message).DDBStreamBatchInfo.batchSize).toBe(1);
  });

  test('after a report is given up from the checkpoint on only', async () => {
    const mapped = await mappedStack({
      stream: { BatchSize: 3, MaximumBatchingWindowInSeconds: 20, MaximumRetryAttempts: 1 },
      onRecords: ({ Records }) => failing(Records.find(isAbout('2'))?.dynamodb?.SequenceNumber),
    });
    await mapped.put('a', 1, 2, 3);
    const [metadata] = await metadataOf(mapped);
    expect(mapped.recordBatches.map(keysOf)).toEqual([
      ['a@1', 'a@2', 'a@3'],
      ['a@2', 'a@3'],
    ]);
    expect(metadata.DDBStreamBatchInfo.batchSize).toBe(2);
    expect(metadata.responseContext.functionError).toBeNull();
  });
});

describe('bisecting', () => {
  test('splits a batch that fails until the record that breaks it is alone, and spends no retry on it', async () => {
    const mapped = await mappedStack({
      stream: {
        BatchSize: 4,
        MaximumBatchingWindowInSeconds: 20,
        MaximumRetryAttempts: 1,
        BisectBatchOnFunctionError: true,
      },
      onRecords: throwsAt('3'),
    });
    await mapped.put('a', 1, 2, 3, 4);
    const [metadata] = await metadataOf(mapped);
    await eventually(() => mapped.recordBatches.length === 6);
    expect(mapped.recordBatches.map(keysOf)).toEqual([
      ['a@1', 'a@2', 'a@3', 'a@4'],
      ['a@1', 'a@2'],
      ['a@3', 'a@4'],
      ['a@3'],
      ['a@3'],
      ['a@4'],
    ]);
    expect(metadata.DDBStreamBatchInfo.batchSize).toBe(1);
    expect(metadata.requestContext.approximateInvokeCount).toBe(2);
  });

  test('after a report splits at the returned number, and spends no retry', async () => {
    let calls = 0;
    const mapped = await mappedStack({
      stream: {
        BatchSize: 3,
        MaximumBatchingWindowInSeconds: 20,
        MaximumRetryAttempts: 0,
        BisectBatchOnFunctionError: true,
      },
      onRecords: ({ Records }) => (++calls === 1 ? failing(Records[1]?.dynamodb?.SequenceNumber) : null),
    });
    await mapped.put('a', 1, 2, 3);
    await eventually(() => mapped.recordBatches.length === 2);
    await mapped.mappings.waitUntilIdle();
    expect(mapped.recordBatches.map(keysOf)).toEqual([
      ['a@1', 'a@2', 'a@3'],
      ['a@2', 'a@3'],
    ]);
    expect(await mapped.inspect('GivenUpQueue')).toMatchObject({ ready: 0 });
  });
});

describe('MaximumRecordAgeInSeconds', () => {
  test('gives records up that have become too old, while younger ones go on', async () => {
    const mapped = await mappedStack({
      // Seconds: even on a busy machine the first tries come before.
      stream: { BatchSize: 1, MaximumRecordAgeInSeconds: 3 },
      start: { backOffMs: () => 50 },
      onRecords: throwsAt('1'),
    });
    await mapped.put('a', 1);
    const [metadata] = await metadataOf(mapped);
    expect(metadata.requestContext.condition).toBe('RecordAgeExceeded');
    expect(metadata.requestContext.approximateInvokeCount).toBeGreaterThan(1);
    expect(metadata.DDBStreamBatchInfo).toMatchObject({ batchSize: 1 });
    await mapped.put('a', 2);
    await eventually(() => mapped.recordBatches.some((batch) => batch.some(isAbout('2'))));
  });
});
