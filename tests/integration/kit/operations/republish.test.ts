import type { PublishBatchCommandInput } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { republish as republishEvents } from '#functions/operations/republish/republish.ts';
import type { Runtime, RuntimeParts } from '#kit/config/runtime.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { MAX_MESSAGE_BYTES } from '#kit/messaging/outgoing-message.ts';
import { failureMetadata } from '#resources/local/event-source-mapping/on-failure.ts';
import { startCounters } from '#tests/support/counter/data.ts';
import { type CounterQueues, startCounterQueues } from '#tests/support/counter/queues.ts';
import { counterStream } from '#tests/support/counter/streams.ts';
import { countOf, put } from '#tests/support/queues.ts';
import type { Tables } from '#tests/support/tables.ts';

let data: Tables;
const opened: CounterQueues[] = [];
let queues: CounterQueues;
let topic: ReturnType<typeof fakeTopic>;
beforeAll(async () => {
  data = await startCounters();
});
beforeEach(async () => {
  queues = await startCounterQueues();
  opened.push(queues);
  topic = fakeTopic();
});
afterAll(() => {
  data.stop();
  for (const { stop } of opened) stop();
});

/** A topic that keeps what it is sent, and refuses an entry where `refuses` says so. */
function fakeTopic(refuses: (event: StoredEvent) => boolean = () => false) {
  const published: StoredEvent[] = [];
  const send = async ({ input }: { input: PublishBatchCommandInput }) => {
    const entries = (input.PublishBatchRequestEntries ?? []).map(({ Id, Message = '' }) => ({
      Id,
      event: JSON.parse(Message) as StoredEvent,
    }));
    const failing = entries.filter(({ event }) => refuses(event));
    published.push(...entries.filter((entry) => !failing.includes(entry)).map(({ event }) => event));
    return { Failed: failing.map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false })) };
  };
  return { published, sns: { send } as unknown as Runtime['sns'] };
}

// The streams here are months old, so that each test has days of its own.
const republish = (input: object, parts: RuntimeParts = {}) => operate({ old: true, ...input }, parts);
const operate = (input: object, parts: RuntimeParts = {}) =>
  republishEvents(
    data.runtime({
      sqs: queues.sqs,
      sns: topic.sns,
      ...parts,
      settings: { TOPIC_ARN: 'topic', PUBLISHER_FAILURES_URL: queues.failures },
    }),
    input,
  );

const places = (events: readonly StoredEvent[]) =>
  events.map(({ streamId, version }) => `${streamId}@${version}`).sort();

/** A clock of which each reading is `ms` later than the one before: no chunk does more than a page. */
const hurrying = (ms: number) => {
  let now = Date.now();
  return () => {
    now += ms;
    return now;
  };
};

describe('a stream', () => {
  test('goes to the topic again, all of it, in chunks that follow one another', async () => {
    const events = Array.from({ length: 130 }, (_, index) => {
      const [event] = counterStream('long', '2026-02-01T00:00:00Z', 1);
      return { ...event, version: index + 1 } as StoredEvent;
    });
    await data.store(events);
    const now = hurrying(20_000);
    const first = await republish({ stream: 'counter-long' }, { now });
    expect(first).toMatchObject({ published: 100, continuation: { after: 100 } });
    expect(first.progress).toBeCloseTo(100 / 130);
    const { continuation } = first;
    const second = await republish({ stream: 'counter-long', continuation }, { now });
    expect(second).toEqual({ dryRun: false, published: 30, tooOld: 0, progress: 1 });
    expect(places(topic.published)).toEqual(places(events));
  });

  test('goes as it was stored: an old version is not lifted, an unknown one not held up', async () => {
    const [event] = counterStream('old', '2026-02-01T00:00:00Z', 1);
    const stored = [
      { ...event, schemaVersion: 1 },
      { ...event, version: 2, schemaVersion: 99, data: { shape: 'of tomorrow' } },
    ] as StoredEvent[];
    await data.store(stored);
    await republish({ stream: 'counter-old' });
    expect(topic.published.sort((a, b) => a.version - b.version)).toEqual(stored);
  });

  test('goes without an event that can never be published, which is named', async () => {
    const [first, large, last] = counterStream('large', '2026-02-01T00:00:00Z', 3) as StoredEvent[];
    const name = 'x'.repeat(MAX_MESSAGE_BYTES);
    await data.store([first, { ...large, data: { name } }, last] as StoredEvent[]);
    expect(await republish({ stream: 'counter-large' })).toMatchObject({
      published: 2,
      refused: [large?.eventId],
      progress: 1,
    });
    expect(places(topic.published)).toEqual(['counter-large@1', 'counter-large@3']);
  });

  test('that there is not is an error', async () => {
    await expect(republish({ stream: 'counter-none' })).rejects.toThrow('there is no stream counter-none');
  });

  test('is only counted in a dry run', async () => {
    await data.store(counterStream('dry', '2026-02-01T00:00:00Z'));
    expect(await republish({ stream: 'counter-dry', dryRun: true })).toMatchObject({ published: 4 });
    expect(topic.published).toEqual([]);
  });
});

test('What is older than consumers remember is left out and counted, unless it is asked for', async () => {
  const now = Date.now();
  const [old] = counterStream('ages', new Date(now - 30 * 86_400_000).toISOString());
  const [, recent] = counterStream('ages', new Date(now - 28 * 86_400_000).toISOString());
  await data.store([old, recent] as StoredEvent[]);
  expect(await operate({ stream: 'counter-ages' })).toMatchObject({ published: 1, tooOld: 1 });
  expect(topic.published.map(({ eventId }) => eventId)).toEqual([recent?.eventId]);
  expect(await operate({ stream: 'counter-ages', old: true })).toMatchObject({ published: 2, tooOld: 0 });
});

describe('a time', () => {
  const early = counterStream('early', '2026-03-01T23:59:58Z');
  const late = counterStream('late', '2026-03-02T12:00:00Z');
  beforeAll(() => data.store([...early, ...late]));

  test('of one type, from inclusive, to exclusive, over the end of a day', async () => {
    const range = { from: '2026-03-01T23:59:58Z', to: '2026-03-02T12:00:00Z' };
    await republish({ type: 'CounterStarted', ...range });
    expect(places(topic.published)).toEqual(['counter-early@1']);
    await republish({ type: 'CounterIncreased', ...range });
    expect(places(topic.published)).toEqual(['counter-early@1', 'counter-early@2', 'counter-early@3']);
  });

  test('of all types, in chunks, each event once', async () => {
    const asked = { from: '2026-03-01', to: '2026-03-03' };
    const now = hurrying(20_000);
    let published = 0;
    let progress = 0;
    let answer = await republish(asked, { now });
    for (let chunks = 1; ; chunks++) {
      published += answer.published;
      expect(answer.progress).toBeGreaterThanOrEqual(progress);
      progress = answer.progress;
      if (!answer.continuation) {
        expect(chunks).toBeGreaterThan(3);
        break;
      }
      answer = await republish({ ...asked, continuation: answer.continuation }, { now });
    }
    expect(published).toBe(8);
    expect(progress).toBe(1);
    expect(places(topic.published)).toEqual(places([...early, ...late]));
  });

  test('at a rate', async () => {
    const slept: number[] = [];
    let now = Date.now();
    const sleep = async (ms: number) => {
      slept.push(ms);
      now += ms;
    };
    await republish({ from: '2026-03-01', to: '2026-03-03', rate: 2 }, { now: () => now, sleep });
    expect(topic.published).toHaveLength(8);
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(3_000);
  });
});

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
  const left = () => countOf(queues.sqs, queues.failures);

  test('is published from the table, once though batches overlap, and acknowledged', async () => {
    const events = counterStream('lost', iso(hour));
    await data.store(events);
    await put(queues.sqs, queues.failures, failure(hour, hour + 2_000));
    await put(queues.sqs, queues.failures, failure(hour + 2_000, hour + 4_000));
    expect(await republish({ publisherFailures: true, dryRun: true })).toMatchObject({
      published: 4,
      publisherFailures: { batches: 2, unreadable: 0 },
    });
    expect(await left()).toEqual({ visible: 2, hidden: 0 });

    const answer = await republish({ publisherFailures: true });
    expect(answer).toMatchObject({ published: 4, publisherFailures: { batches: 2, acknowledged: 2 } });
    expect(places(topic.published)).toEqual(places(events));
    expect(await left()).toEqual({ visible: 0, hidden: 0 });
  });

  test('stays where the topic does not take everything', async () => {
    await data.store(counterStream('refused', iso(hour)));
    await put(queues.sqs, queues.failures, failure(hour, hour + 4_000));
    topic = fakeTopic(({ version }) => version === 3);
    await expect(republish({ publisherFailures: true })).rejects.toThrow(/did not take 1 events/);
    expect(await left()).toEqual({ visible: 1, hidden: 0 });
  });

  test('is tried again where the topic takes a part only', async () => {
    await data.store(counterStream('tried', iso(hour)));
    await put(queues.sqs, queues.failures, failure(hour, hour + 4_000));
    let refused = 0;
    topic = fakeTopic(({ version }) => version === 3 && ++refused < 3);
    expect(await republish({ publisherFailures: true })).toMatchObject({ published: 4 });
    expect(topic.published).toHaveLength(4);
    expect(await left()).toEqual({ visible: 0, hidden: 0 });
  });

  test('is acknowledged with the last chunk, not before; what came in between stays', async () => {
    await data.store(counterStream('chunks', iso(hour)));
    await put(queues.sqs, queues.failures, failure(hour, hour + 4_000));
    let ms = Date.now();
    const now = () => ms;
    // Publishing takes so long that each page is a chunk.
    topic = fakeTopic(() => {
      ms += 20_000;
      return false;
    });
    let answer = await republish({ publisherFailures: true }, { now });
    expect(answer.continuation).toBeDefined();
    expect(await left()).toEqual({ visible: 1, hidden: 0 });
    await put(queues.sqs, queues.failures, failure(hour, hour + 4_000));
    while (answer.continuation) {
      const { continuation } = answer;
      answer = await republish({ publisherFailures: true, continuation }, { now });
    }
    expect(answer.publisherFailures).toEqual({ acknowledged: 1 });
    expect(topic.published).toHaveLength(4);
    expect(await left()).toEqual({ visible: 1, hidden: 0 });
  });

  test('settles no batch that is not among what was published', async () => {
    await put(queues.sqs, queues.failures, failure(hour, hour + 4_000));
    await put(queues.sqs, queues.failures, failure(hour + DAY / 2, hour + DAY / 2));
    const windows = [{ from: hour - 60_000, to: hour + 64_000 }];
    const continuation = { windows, window: 1, startedAt: Date.now() + 1_000 };
    const answer = await republish({ publisherFailures: true, continuation });
    expect(answer).toMatchObject({ published: 0, publisherFailures: { acknowledged: 1 } });
    expect(await left()).toEqual({ visible: 1, hidden: 0 });
  });

  test('leaves alone a message that tells of no batch', async () => {
    await put(queues.sqs, queues.failures, 'hello');
    const answer = await republish({ publisherFailures: true });
    expect(answer.publisherFailures).toEqual({ batches: 0, unreadable: 1, acknowledged: 0 });
    expect(await left()).toEqual({ visible: 1, hidden: 0 });
  });
});

test.each([
  [{}, /say one of/],
  [{ stream: 'counter-1', publisherFailures: true }, /say one of/],
  [{ type: 'CounterStarted' }, /from and to/],
  [{ from: '2026-03-02', to: '2026-03-01' }, /from must be before to/],
  [{ type: 'CounterEaten', from: 'today', to: '2026-03-01' }, /type: .*from: /],
])('%j is refused', async (input, message) => {
  await expect(republish(input)).rejects.toThrow(message);
});
