import type { PublishBatchCommand } from '@aws-sdk/client-sns';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from '@jest/globals';
import type { DynamoDBRecord } from 'aws-lambda';
import { publishRecords } from '#functions/publisher/publish-events/publish-records.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { toItem } from '#kit/event-store/event-item.ts';
import { counterApplication } from '#tests/support/counter/application.ts';
import { counterStream } from '#tests/support/counter/streams.ts';
import { noMetrics } from '#tests/support/no-metrics.ts';
import { silentLogger } from '#tests/support/silent-logger.ts';

const events = ['c-1', 'c-2', 'c-3'].flatMap((id) => counterStream(id, '2026-05-01T12:00:00.000Z'));

const records = events.map(
  (event, index) =>
    ({
      eventName: 'INSERT',
      dynamodb: { SequenceNumber: String(100 + index), NewImage: marshall(toItem(event)) },
    }) as DynamoDBRecord,
);

/** The publisher, its topic refusing the events with these ids. */
function publisher(refused: string[] = []) {
  const published: unknown[] = [];
  const counted: string[] = [];
  const sns = {
    send: async ({ input: { PublishBatchRequestEntries: entries = [] } }: PublishBatchCommand) => {
      const parsed = entries.map(({ Id, Message = '' }) => ({ Id, event: JSON.parse(Message) }));
      const [out, taken] = [true, false].map((is) =>
        parsed.filter(({ event }) => refused.includes(event.eventId) === is),
      );
      published.push(...(taken ?? []).map(({ event }) => event));
      return { Failed: (out ?? []).map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false })) };
    },
  } as unknown as Runtime['sns'];
  const runtime = createRuntime(counterApplication, {
    sns,
    settings: { TOPIC_ARN: 'arn:topic' },
    logger: silentLogger(),
    metrics: { ...noMetrics, count: (name) => counted.push(name) },
  });
  return { published, counted, run: (given: readonly DynamoDBRecord[]) => publishRecords(runtime, given) };
}

describe('The publisher', () => {
  test('publishes each event as it was appended, without what only the table needs', async () => {
    const { published, run } = publisher();
    expect(await run(records)).toEqual({ batchItemFailures: [] });
    expect(published).toEqual(events);
  });

  test('answers with the lowest sequence number that was not published', async () => {
    const { published, run } = publisher([events[11]?.eventId ?? '', events[5]?.eventId ?? '']);
    expect(await run(records)).toEqual({ batchItemFailures: [{ itemIdentifier: '105' }] });
    expect(published).toHaveLength(10);
  });

  test('counts events that were altered, and does not publish them', async () => {
    const { published, counted, run } = publisher();
    const Keys = { streamId: { S: 'counter-c-1' }, version: { N: '1' } };
    const [changed, deleted] = (['MODIFY', 'REMOVE'] as const).map((eventName) => ({
      eventName,
      dynamodb: { ...records[0]?.dynamodb, Keys },
    }));
    const batch = [changed, deleted, ...records.slice(0, 1)] as DynamoDBRecord[];
    expect(await run(batch)).toEqual({ batchItemFailures: [] });
    expect(published).toEqual(events.slice(0, 1));
    expect(counted.filter((name) => name === 'EventsAltered')).toHaveLength(2);
  });

  test('lets no event that it cannot read stop the others', async () => {
    const { published, run } = publisher();
    const strange = { ...events[0], eventType: 'CounterEaten', typeDayShard: 'x' };
    const record = { eventName: 'INSERT', dynamodb: { SequenceNumber: '99', NewImage: marshall(strange) } };
    expect(await run([record as DynamoDBRecord, ...records.slice(0, 1)])).toEqual({ batchItemFailures: [] });
    expect(published).toMatchObject([{ eventType: 'CounterEaten' }, { eventType: 'CounterStarted' }]);
  });

  test('lets no event that can never be published stop the others, whatever is wrong with it', async () => {
    const { published, run } = publisher();
    const image = marshall(toItem(events[0] as never));
    const unsafe = { ...image, data: { M: { total: { N: '12345678901234567890' } } } };
    const large = { ...image, data: { M: { text: { S: 'x'.repeat(300_000) } } } };
    const bad = [unsafe, large].map(
      (NewImage, index) =>
        ({
          eventName: 'INSERT',
          dynamodb: { SequenceNumber: String(97 + index), NewImage },
        }) as DynamoDBRecord,
    );
    expect(await run([...bad, ...records.slice(1, 3)])).toEqual({ batchItemFailures: [] });
    expect(published).toEqual(events.slice(1, 3));
  });
});
