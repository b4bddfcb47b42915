import { beforeEach, describe, expect, test } from '@jest/globals';
import { failureMetadata } from '#resources/local/event-source-mapping/on-failure.ts';
import { counterStream } from '#tests/support/counter/streams.ts';
import { countOf, put } from '#tests/support/queues.ts';
import { fakeTopic, places, republishing } from './republishing.ts';

const the = republishing();
const { republish } = the;

describe('what the publisher gave up on', () => {
  const DAY = 86_400_000;
  // Each test in an hour of its own, of days that the stream has forgotten long ago.
  let hour = Date.parse('2026-04-01T00:00:00Z');
  beforeEach(() => {
    hour += DAY;
  });

  const failure = (first: number, last: number) =>
    JSON.stringify(
      failureMetadata({
        records: [first, last].map((ms, index) => ({
          dynamodb: { SequenceNumber: String(index), ApproximateCreationDateTime: Math.floor(ms / 1_000) },
        })),
        condition: 'RecordAgeExceeded',
        invocations: 3,
        shardId: 'shard-1',
        streamArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/events/stream/1',
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:publish-events',
        functionError: 'Unhandled',
      }),
    );
  const iso = (ms: number) => new Date(ms).toISOString();
  const left = () => countOf(the.queues.sqs, the.queues.failures);

  test('is published from the table, once though batches overlap, and acknowledged', async () => {
    const events = counterStream('lost', iso(hour));
    await the.data.store(events);
    await put(the.queues.sqs, the.queues.failures, failure(hour, hour + 2_000));
    await put(the.queues.sqs, the.queues.failures, failure(hour + 2_000, hour + 4_000));
    expect(await republish({ publisherFailures: true, dryRun: true })).toMatchObject({
      published: 4,
      publisherFailures: { batches: 2, unreadable: 0 },
    });
    expect(await left()).toEqual({ visible: 2, hidden: 0 });

    const answer = await republish({ publisherFailures: true });
    expect(answer).toMatchObject({ published: 4, publisherFailures: { batches: 2, acknowledged: 2 } });
    expect(places(the.topic.published)).toEqual(places(events));
    expect(await left()).toEqual({ visible: 0, hidden: 0 });
  });

  test('stays where the topic does not take everything', async () => {
    await the.data.store(counterStream('refused', iso(hour)));
    await put(the.queues.sqs, the.queues.failures, failure(hour, hour + 4_000));
    the.topic = fakeTopic(({ version }) => version === 3);
    await expect(republish({ publisherFailures: true })).rejects.toThrow(/did not take 1 events/);
    expect(await left()).toEqual({ visible: 1, hidden: 0 });
  });

  test('is tried again where the topic takes a part only', async () => {
    await the.data.store(counterStream('tried', iso(hour)));
    await put(the.queues.sqs, the.queues.failures, failure(hour, hour + 4_000));
    let refused = 0;
    the.topic = fakeTopic(({ version }) => version === 3 && ++refused < 3);
    expect(await republish({ publisherFailures: true })).toMatchObject({ published: 4 });
    expect(the.topic.published).toHaveLength(4);
    expect(await left()).toEqual({ visible: 0, hidden: 0 });
  });

  test('is acknowledged with the last chunk, not before; what came in between stays', async () => {
    await the.data.store(counterStream('chunks', iso(hour)));
    await put(the.queues.sqs, the.queues.failures, failure(hour, hour + 4_000));
    let ms = Date.now();
    const now = () => ms;
    // Publishing takes so long that each page is a chunk.
    the.topic = fakeTopic(() => {
      ms += 20_000;
      return false;
    });
    let answer = await republish({ publisherFailures: true }, { now });
    expect(answer.continuationToken).toBeDefined();
    expect(await left()).toEqual({ visible: 1, hidden: 0 });
    await put(the.queues.sqs, the.queues.failures, failure(hour, hour + 4_000));
    while (answer.continuationToken) {
      const { continuationToken } = answer;
      answer = await republish({ publisherFailures: true, continuationToken }, { now });
    }
    expect(answer.publisherFailures).toEqual({ acknowledged: 1 });
    expect(the.topic.published).toHaveLength(4);
    expect(await left()).toEqual({ visible: 1, hidden: 0 });
  });

  test('stays where events were too old to be published, in whatever chunk that was', async () => {
    const young = Date.now() - DAY;
    await the.data.store(counterStream('too-old', iso(hour)));
    await the.data.store(counterStream('young', iso(young)));
    await put(the.queues.sqs, the.queues.failures, failure(hour, hour + 4_000));
    await put(the.queues.sqs, the.queues.failures, failure(young, young + 4_000));
    let ms = Date.now();
    const now = () => {
      ms += 4_000;
      return ms;
    };
    let [tooOld, chunks] = [0, 0];
    let answer: Awaited<ReturnType<typeof the.operate>> | undefined;
    do {
      const token = answer?.continuationToken;
      answer = await the.operate(
        { publisherFailures: true, ...(token && { continuationToken: token }) },
        { now },
      );
      tooOld += answer.tooOld;
      chunks += 1;
    } while (answer.continuationToken);
    expect(chunks).toBeGreaterThan(2);
    expect(tooOld).toBe(4);
    expect(answer.tooOld).toBe(0);
    expect(answer.publisherFailures?.acknowledged).toBeUndefined();
    expect(await left()).toEqual({ visible: 2, hidden: 0 });
  });

  test('acknowledges no batch that is not among what was published', async () => {
    await put(the.queues.sqs, the.queues.failures, failure(hour, hour + 4_000));
    await put(the.queues.sqs, the.queues.failures, failure(hour + DAY / 2, hour + DAY / 2));
    const windows = [{ from: hour - 60_000, to: hour + 64_000 }];
    const continuationToken = { windows, window: 1, startedAt: Date.now() + 1_000 };
    const answer = await republish({ publisherFailures: true, continuationToken });
    expect(answer).toMatchObject({ published: 0, publisherFailures: { acknowledged: 1 } });
    expect(await left()).toEqual({ visible: 1, hidden: 0 });
  });

  test('leaves alone a message that tells of no batch', async () => {
    await put(the.queues.sqs, the.queues.failures, 'hello');
    const answer = await republish({ publisherFailures: true });
    expect(answer.publisherFailures).toEqual({ batches: 0, unreadable: 1, acknowledged: 0 });
    expect(await left()).toEqual({ visible: 1, hidden: 0 });
  });
});
