import { afterAll, describe, expect, jest, test } from '@jest/globals';
import type { SQSEvent } from 'aws-lambda';
import { eventually } from '#tests/support/eventually.ts';
import { failing, mappedStack, stopMappedStacks } from '#tests/support/mapped-stack.ts';

afterAll(stopMappedStacks);

const bodiesOf = (records: SQSEvent['Records']) => records.map(({ body }) => body).sort();

describe('the event', () => {
  test('is the record that Lambda makes of a message', async () => {
    const { api, stack, messageBatches } = await mappedStack({ onMessages: () => null });
    const before = Date.now();
    await api.sqs('SendMessage', {
      QueueUrl: stack.queues.ReviewQueue?.url,
      MessageBody: '{"n":1}',
      MessageAttributes: {
        eventType: { DataType: 'String', StringValue: 'OrderCreated' },
        digest: { DataType: 'Binary', BinaryValue: 'AQI=' },
      },
    });
    const [record] = await eventually(() => messageBatches[0] ?? false);
    expect(record).toEqual({
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      receiptHandle: expect.any(String),
      body: '{"n":1}',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        SenderId: expect.any(String),
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
      },
      messageAttributes: {
        eventType: {
          stringValue: 'OrderCreated',
          stringListValues: [],
          binaryListValues: [],
          dataType: 'String',
        },
        digest: { binaryValue: 'AQI=', stringListValues: [], binaryListValues: [], dataType: 'Binary' },
      },
      md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
      md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventSource: 'aws:sqs',
      eventSourceARN: stack.queues.ReviewQueue?.arn,
      awsRegion: 'us-east-1',
    });
    expect(Number(record?.attributes.SentTimestamp)).toBeGreaterThanOrEqual(before);
  });
});

describe('batches', () => {
  test('hold at most BatchSize messages', async () => {
    const { send, messageBatches } = await mappedStack({ mapping: { BatchSize: 3 }, onMessages: () => null });
    await send('1', '2', '3', '4', '5', '6', '7');
    await eventually(() => messageBatches.flat().length === 7);
    expect(Math.max(...messageBatches.map(({ length }) => length))).toBe(3);
  });

  test('larger than one receive are gathered while the window is open', async () => {
    const { send, messageBatches } = await mappedStack({
      queue: { VisibilityTimeout: 30 },
      mapping: { BatchSize: 25, MaximumBatchingWindowInSeconds: 20 },
      onMessages: () => null,
    });
    const numbers = Array.from({ length: 25 }, (_, index) => String(index));
    for (const from of [0, 10, 20]) await send(...numbers.slice(from, from + 10));
    const batch = await eventually(() => messageBatches[0] ?? false);
    expect(bodiesOf(batch)).toEqual([...numbers].sort());
  });

  test('are handed over when the window closes, full or not', async () => {
    const { send, messageBatches } = await mappedStack({
      queue: { VisibilityTimeout: 30 },
      mapping: { BatchSize: 10, MaximumBatchingWindowInSeconds: 1 },
      onMessages: () => null,
    });
    const started = Date.now();
    await send('1');
    await send('2');
    const batch = await eventually(() => messageBatches[0] ?? false);
    expect(bodiesOf(batch)).toEqual(['1', '2']);
    expect(Date.now() - started).toBeGreaterThanOrEqual(950);
  });

  test('run side by side up to MaximumConcurrency, and no further', async () => {
    let inFlight = 0;
    let most = 0;
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { send, messageBatches } = await mappedStack({
      mapping: { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } },
      onMessages: async () => {
        inFlight++;
        most = Math.max(most, inFlight);
        await released;
        inFlight--;
      },
    });
    await send('1', '2', '3', '4', '5');
    await eventually(() => inFlight === 2);
    release();
    await eventually(() => messageBatches.length === 5);
    expect(most).toBe(2);
  });
});

describe('a batch succeeds', () => {
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['an empty object', {}],
    ['no failures', { batchItemFailures: [] }],
    ['null for the failures', { batchItemFailures: null }],
  ])('when the function answers with %s: its messages are deleted', async (_, answer) => {
    const { send, inspect, mappings, messageBatches } = await mappedStack({ onMessages: () => answer });
    await send('1', '2');
    await eventually(() => messageBatches.flat().length === 2);
    await mappings.waitUntilIdle();
    expect(await inspect('ReviewQueue')).toEqual({ ready: 0, inFlight: 0, bodies: [] });
    expect(await inspect('ReviewDeadLetters')).toMatchObject({ ready: 0 });
  });

  test('whatever it answers, when it does not report item failures', async () => {
    const { send, inspect, mappings, messageBatches } = await mappedStack({
      mapping: { FunctionResponseTypes: [] },
      onMessages: ({ Records }) => failing(Records[0]?.messageId),
    });
    await send('1');
    await eventually(() => messageBatches.length === 1);
    await mappings.waitUntilIdle();
    expect(await inspect('ReviewQueue')).toMatchObject({ ready: 0, inFlight: 0 });
  });
});

describe('a batch fails as a whole', () => {
  test.concurrent.each<[string, (event: SQSEvent) => unknown]>([
    ['throws', () => Promise.reject(new Error('broken'))],
    ['answers with an empty identifier', () => failing('')],
    ['answers with a null identifier', () => ({ batchItemFailures: [{ itemIdentifier: null }] })],
    ['answers with another key', ({ Records }) => ({ batchItemFailures: [{ id: Records[0]?.messageId }] })],
    ['answers with an unknown identifier', () => failing('00000000-0000-0000-0000-000000000000')],
    ['answers with what is no report', () => 'done'],
  ])('when the function %s: every message comes back, and in the end is a dead letter', async (_, answer) => {
    const { send, inspect, messageBatches } = await mappedStack({ onMessages: answer });
    await send('1', '2');
    await eventually(async () => (await inspect('ReviewDeadLetters')).ready === 2);
    const counts = messageBatches
      .flat()
      .map(({ body, attributes }) => `${body}#${attributes.ApproximateReceiveCount}`);
    expect(counts.sort()).toEqual(['1#1', '1#2', '2#1', '2#2']);
    expect((await inspect('ReviewDeadLetters')).bodies.sort()).toEqual(['1', '2']);
  });
});

describe('a batch fails in part', () => {
  test('and only the reported messages come back, after the visibility timeout of the queue', async () => {
    const seen: [body: string, at: number][] = [];
    const { send, inspect, mappings } = await mappedStack({
      onMessages: ({ Records }) => {
        seen.push(...Records.map(({ body }): [string, number] => [body, Date.now()]));
        const again = Records.filter(
          ({ body, attributes }) => body === '2' && attributes.ApproximateReceiveCount === '1',
        );
        return failing(...again.map(({ messageId }) => messageId));
      },
    });
    await send('1', '2', '3');
    await eventually(() => seen.filter(([body]) => body === '2').length === 2);
    await mappings.waitUntilIdle();
    expect(seen.map(([body]) => body).sort()).toEqual(['1', '2', '2', '3']);
    const [first, second] = seen.filter(([body]) => body === '2').map(([, at]) => at);
    expect(Number(second) - Number(first)).toBeGreaterThanOrEqual(950);
    expect(await inspect('ReviewDeadLetters')).toMatchObject({ ready: 0 });
  });

  test('and a function that hides a message for longer has its way', async () => {
    const handler = jest.fn<(event: SQSEvent) => Promise<unknown>>();
    const { send, api, stack, inspect } = await mappedStack({
      queue: { VisibilityTimeout: 600 },
      onMessages: handler,
    });
    handler.mockImplementation(async ({ Records: [record] }) => {
      if (record?.attributes.ApproximateReceiveCount !== '1') return null;
      await api.sqs('ChangeMessageVisibility', {
        QueueUrl: stack.queues.ReviewQueue?.url,
        ReceiptHandle: record.receiptHandle,
        VisibilityTimeout: 0,
      });
      return failing(record.messageId);
    });
    await send('1');
    await eventually(() => handler.mock.calls.length === 2);
    await eventually(async () => (await inspect('ReviewQueue')).bodies.length === 0);
  });
});

describe('FilterCriteria', () => {
  test('delete what does not match, and never show it to the function', async () => {
    const { send, inspect, mappings, messageBatches } = await mappedStack({
      mapping: {
        FilterCriteria: {
          Filters: [
            { Pattern: JSON.stringify({ body: { total: [{ numeric: ['>=', 1000] }] } }) },
            { Pattern: JSON.stringify({ body: ['plain'] }) },
          ],
        },
      },
      onMessages: () => null,
    });
    await send('{"total":1500}', '{"total":20}', 'no json', 'plain', '{"total":"1500"}');
    await eventually(() => messageBatches.flat().length === 2);
    await mappings.waitUntilIdle();
    expect(bodiesOf(messageBatches.flat())).toEqual(['plain', '{"total":1500}']);
    expect(await inspect('ReviewQueue')).toEqual({ ready: 0, inFlight: 0, bodies: [] });
    expect(await inspect('ReviewDeadLetters')).toMatchObject({ ready: 0 });
  });
});

describe('stop()', () => {
  test('waits for the invocation in flight', async () => {
    const order: string[] = [];
    const { send, inspect, mappings, messageBatches } = await mappedStack({
      queue: { VisibilityTimeout: 30 },
      // A function that takes longer than a poll does.
      onMessages: () =>
        new Promise((answer) => setTimeout(answer, 500)).then(() => void order.push('answered')),
    });
    await send('1');
    await eventually(() => messageBatches.length === 1);
    expect(await mappings.all[0]?.idle()).toBe(false);
    await mappings.stop();
    order.push('stopped');
    expect(order).toEqual(['answered', 'stopped']);
    await send('2');
    expect(await mappings.all[0]?.idle()).toBe(false);
    expect((await inspect('ReviewQueue')).bodies).toEqual(['2']);
  });
});

test('a disabled mapping does not run', async () => {
  const { mappings } = await mappedStack({ mapping: { Enabled: false }, onMessages: () => null });
  expect(mappings.all).toEqual([]);
});
