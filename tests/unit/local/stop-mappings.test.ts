import { setTimeout as pause } from 'node:timers/promises';
import { expect, jest, test } from '@jest/globals';
import type { AwsApi } from '#resources/local/emulators/aws-api.ts';
import { sqsMapping } from '#resources/local/event-source-mapping/sqs-mapping.ts';
import { streamMapping } from '#resources/local/event-source-mapping/stream-mapping.ts';
import type { Shard } from '#resources/local/event-source-mapping/stream-source.ts';

const properties = { EventSourceArn: 'arn:aws:sqs:local:000000000000:sales', FunctionName: 'sales' };

test('A stream whose shards are being listed stops, and begins no shard anew', async () => {
  const shards: Shard[] = [{ ShardId: 'first' }];
  const pending = Promise.withResolvers<Shard[]>();
  const second = Promise.withResolvers<void>();
  const lists = [
    async () => shards,
    () => {
      second.resolve();
      return pending.promise;
    },
  ];
  const mapping = streamMapping({
    name: 'publish-events',
    source: {
      shards: () => (lists.shift() ?? (async () => shards))(),
      iterator: async () => 'iterator',
      read: async () => ({ records: [], next: 'iterator' }),
    },
    properties,
    functionArn: 'arn:aws:lambda:local:000000000000:function:publish-events',
    invoke: async () => undefined,
    sendToDestination: async () => undefined,
    listShardsEveryMs: 1,
  });
  mapping.start();
  await second.promise;
  const stopped = mapping.stop().then(() => 'stopped');
  // The reader of the shard has ended by then, so that the list shows it as one to begin.
  await pause(300);
  pending.resolve(shards);
  expect(await Promise.race([stopped, pause(3_000, 'still runs')])).toBe('stopped');
});

test('A window that has closed while the machine was busy asks for no negative time', async () => {
  const waits: number[] = [];
  const now = Date.now();
  // The clock moves on between the question whether the window is open and the request.
  const clock = jest.spyOn(Date, 'now');
  for (const ms of [0, 0, 99, 250]) clock.mockReturnValueOnce(now + ms);
  clock.mockReturnValue(now + 250);
  const message = { MessageId: '1', Body: '{}', ReceiptHandle: 'r', Attributes: {} };
  const invoked = Promise.withResolvers<void>();
  const sqs = async (operation: string, { WaitTimeSeconds = 0 }: { WaitTimeSeconds?: number }) => {
    if (operation !== 'ReceiveMessage') return {};
    waits.push(WaitTimeSeconds);
    await pause(1);
    return waits.length === 1 ? { Messages: [message] } : {};
  };
  const mapping = sqsMapping({
    name: 'sales',
    api: { sqs } as unknown as AwsApi,
    queueUrl: 'sales',
    properties: { ...properties, BatchSize: 10, MaximumBatchingWindowInSeconds: 0.1 },
    functionArn: 'arn:aws:lambda:local:000000000000:function:sales',
    invoke: async () => invoked.resolve(),
  });
  mapping.start();
  await invoked.promise;
  clock.mockRestore();
  await mapping.stop();
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
});
