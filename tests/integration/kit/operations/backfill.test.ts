import type { SendMessageBatchCommandInput } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Backfilled, backfill } from '#functions/operations/republish/backfill.ts';
import type { Runtime, RuntimeParts } from '#kit/config/runtime.ts';
import { DAY_MS } from '#kit/config/time.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { startCounters } from '#tests/support/counter/data.ts';
import { type CounterQueues, startCounterQueues } from '#tests/support/counter/queues.ts';
import { counterStream, keeperStream, placesOf } from '#tests/support/counter/streams.ts';
import { killedAtEveryCallOf } from '#tests/support/killed.ts';
import { countOf, takeAll } from '#tests/support/queues.ts';
import type { Tables } from '#tests/support/tables.ts';

const FROM = '2026-03-01T00:00:00.000Z';
const TO = '2026-03-02T00:00:00.000Z';
const range = { from: FROM, to: TO, old: true };

// Between one another, so that the order of time is neither that of the types nor that of the streams.
const streams = ['a', 'b', 'c'].map((id, index) => counterStream(id, `2026-03-01T10:00:00.${index}00Z`));
const keeper = keeperStream('ada', '2026-03-01T10:00:01.500Z');
const inOrder = [...streams.flat()].sort((a, b) => (a.eventId < b.eventId ? -1 : 1));

let data: Tables;
let queues: CounterQueues;
beforeAll(async () => {
  data = await startCounters();
  await data.store([...inOrder, ...keeper]);
});
const opened: CounterQueues[] = [];
beforeEach(async () => {
  queues = await startCounterQueues();
  opened.push(queues);
});
afterAll(() => {
  data.stop();
  for (const { stop } of opened) stop();
});

/** `tally` hears of all counters, `mirror` of few, the projection of everything; `deadlines` is not subscribed. */
const subscriptions = () => ({
  tally: { queue: queues.urls.tally.queue, filter: { aggregateType: ['counter'] } },
  mirror: {
    queue: queues.urls.mirror.queue,
    filter: {
      eventType: ['CounterStarted'],
      limit: [{ numeric: ['>=', 10] }],
      unit: [{ 'anything-but': 'pieces' }],
    },
  },
  'counter-view': { queue: queues.urls.mirror.queue, filter: { aggregateType: ['counter', 'keeper'] } },
  increases: { queue: queues.urls.mirror.queue, filter: { eventType: ['CounterIncreased'] } },
  deadlines: { queue: 'nobody' },
});

const operate = (input: object, parts: RuntimeParts = {}): Promise<Backfilled> =>
  backfill(
    data.runtime({
      sqs: queues.sqs,
      ...parts,
      settings: { CONSUMER_SUBSCRIPTIONS: JSON.stringify(subscriptions()) },
    }),
    input,
  );

const inQueue = async (url: string): Promise<StoredEvent[]> =>
  (await takeAll(queues.sqs, url, 30)).map(({ Body = '' }) => JSON.parse(Body));

type Failure = { Code: string; SenderFault: boolean } | undefined;

/** A queue that keeps the order of what it is sent, and fails where `failure` says so. */
function fakeQueue(failure: (event: StoredEvent) => Failure = () => undefined) {
  const sent: StoredEvent[] = [];
  const batches: number[] = [];
  const send = async ({ input }: { input: SendMessageBatchCommandInput }) => {
    const entries = input.Entries ?? [];
    batches.push(entries.length);
    const Failed = entries.flatMap(({ Id, MessageBody = '' }) => {
      const event = JSON.parse(MessageBody) as StoredEvent;
      const failed = failure(event);
      if (!failed) sent.push(event);
      return failed ? [{ Id, ...failed }] : [];
    });
    return { Failed };
  };
  return { sent, batches, sqs: { send } as unknown as Runtime['sqs'] };
}

/** A clock of which each reading is 20 s later than the one before: no step does more than a page. */
const hurrying = () => {
  let now = Date.now();
  return () => {
    now += 20_000;
    return now;
  };
};

test('The history goes to the queue of this consumer as it was stored, and nothing to another one', async () => {
  expect(await operate({ consumer: 'tally', ...range })).toEqual({
    consumer: 'tally',
    dryRun: false,
    from: FROM,
    to: TO,
    sent: 12,
    tooOld: 0,
    progress: 1,
    reached: TO,
  });
  const events = await inQueue(queues.urls.tally.queue);
  expect(events.sort((a, b) => (a.eventId < b.eventId ? -1 : 1))).toEqual(inOrder);
  for (const url of [
    queues.urls.mirror.queue,
    queues.urls.mirror.deadLetters,
    queues.urls.tally.deadLetters,
  ]) {
    expect(await countOf(queues.sqs, url)).toEqual({ visible: 0, hidden: 0 });
  }
});

test('The events go in the order of time, so those of a stream by version', async () => {
  const { sent, sqs } = fakeQueue();
  await operate({ consumer: 'tally', ...range }, { sqs });
  expect(placesOf(sent)).toEqual(placesOf(inOrder));
});

describe('The filter', () => {
  const day = '2026-03-10';
  beforeAll(async () => {
    const started = ['large', 'small', 'odd'].map((id) => counterStream(id, `${day}T10:00:00Z`, 2));
    const [large, small, odd] = started.map(([first]) => first) as StoredEvent[];
    await data.store([
      ...started.map(([, second]) => second as StoredEvent),
      large as StoredEvent,
      { ...(small as StoredEvent), data: { ...(small?.data as object), limit: 9 } },
      { ...(odd as StoredEvent), data: { ...(odd?.data as object), unit: 'pieces' } },
    ]);
  });

  test('of the subscription decides, its conditions on attributes included', async () => {
    const { sent, sqs } = fakeQueue();
    const asked = { consumer: 'mirror', from: day, to: '2026-03-11', old: true };
    expect(await operate(asked, { sqs })).toMatchObject({ sent: 1 });
    expect(placesOf(sent)).toEqual(['counter-large@1']);
  });

  test('decides in a dry run as well, which sends nothing', async () => {
    const { batches, sqs } = fakeQueue();
    const asked = { consumer: 'mirror', from: day, to: '2026-03-11', old: true, dryRun: true };
    expect(await operate(asked, { sqs })).toMatchObject({ dryRun: true, sent: 1, progress: 1 });
    expect(batches).toEqual([]);
  });
});

describe('In steps', () => {
  /** All steps from here on, each one page of five events. */
  async function stepsFrom(
    continuationToken: Backfilled['continuationToken'],
    parts: RuntimeParts,
    eachStep: (step: Backfilled) => void = () => undefined,
    consumer = 'tally',
  ): Promise<void> {
    let next = continuationToken;
    do {
      const asked = { consumer, ...range, rate: 1, ...(next && { continuationToken: next }) };
      const step = await operate(asked, { now: hurrying(), ...parts });
      eachStep(step);
      next = step.continuationToken;
    } while (next);
  }

  test('each event goes once, and each step says how far it is', async () => {
    const { sent, sqs } = fakeQueue();
    const steps: Backfilled[] = [];
    await stepsFrom(undefined, { sqs }, (step) => steps.push(step));
    expect(steps.map((step) => step.sent)).toEqual([5, 5, 2]);
    expect(placesOf(sent)).toEqual(placesOf(inOrder));
    for (const [index, { reached, progress }] of steps.slice(0, -1).entries()) {
      const last = inOrder[5 * index + 4] as StoredEvent;
      expect(reached).toBe(last.metadata.timestamp);
      expect(progress).toBeCloseTo((Date.parse(reached) - Date.parse(FROM)) / DAY_MS);
    }
  });

  test('what is appended after the first step is left to the topic', async () => {
    const now = Date.now();
    const asked = { consumer: 'tally', from: new Date(now - 60_000).toISOString() };
    const [early] = counterStream('now', new Date(now - 30_000).toISOString(), 1);
    const [late] = counterStream('late', new Date(now + 5_000).toISOString(), 1);
    await data.store([early, late] as StoredEvent[]);
    const { sent, sqs } = fakeQueue();
    const inAnHour = new Date(now + 3_600_000).toISOString();
    for (const more of [{}, { to: inAnHour }]) {
      expect(await operate({ ...asked, ...more }, { sqs, now: () => now })).toMatchObject({
        to: new Date(now).toISOString(),
        sent: 1,
      });
    }
    expect(placesOf(sent)).toEqual(['counter-now@1', 'counter-now@1']);
  });

  test('a kill at any call loses nothing, and the repetition sends at most a page twice', async () => {
    const increases = inOrder.filter(({ eventType }) => eventType === 'CounterIncreased');
    const expected = placesOf(increases).sort();
    let repeats = 0;
    const queue = fakeQueue();
    const clients = { dynamo: data.dynamo as Runtime['dynamo'], sqs: queue.sqs };
    const calls = await killedAtEveryCallOf(clients, async (killed) => {
      queue.sent.length = 0;
      let token: Backfilled['continuationToken'];
      let isKilled = false;
      const keepToken = (step: Backfilled) => {
        token = step.continuationToken;
      };
      await stepsFrom(undefined, killed, keepToken, 'increases').catch((error: Error) => {
        expect(error.message).toMatch(/^killed at call/);
        isKilled = true;
      });
      if (isKilled) await stepsFrom(token, clients, undefined, 'increases');
      expect([...new Set(placesOf(queue.sent))].sort()).toEqual(expected);
      const twice = queue.sent.length - expected.length;
      expect(twice).toBeLessThanOrEqual(5);
      repeats += twice;
    });
    // Two pages: four queries and a batch get for each, and a send for each of the six events.
    expect(calls).toBe(16);
    expect(repeats).toBeGreaterThan(0);
  });

  test('a command that was lost goes on from the time that it showed', async () => {
    const queue = fakeQueue();
    const first = await operate(
      { consumer: 'tally', ...range, rate: 1 },
      { sqs: queue.sqs, now: hurrying() },
    );
    await operate({ consumer: 'tally', ...range, from: first.reached }, { sqs: queue.sqs });
    expect(first.sent).toBe(5);
    expect(new Set(placesOf(queue.sent))).toEqual(new Set(placesOf(inOrder)));
    expect(queue.sent.length).toBe(inOrder.length + 1);
  });
});

test('The rate is kept, 100 a second where none is given', async () => {
  for (const [rate, least] of [
    [2, 5_000],
    [undefined, 20],
  ] as const) {
    let slept = 0;
    let now = Date.now();
    const sleep = async (ms: number) => {
      slept += ms;
      now += ms;
    };
    const { sqs } = fakeQueue();
    await operate({ consumer: 'tally', ...range, rate }, { sqs, now: () => now, sleep });
    expect(slept).toBeGreaterThanOrEqual(least);
    expect(slept).toBeLessThan(2 * least + 200);
  }
});

test('What the consumer may have had and forgotten is left out, unless it is asked for or a projection', async () => {
  const now = Date.parse('2026-03-01T10:00:00.000Z') + 29 * DAY_MS + 1_500;
  const asked = { from: FROM, to: TO };
  const counted = async (input: object) => {
    const { sent, tooOld } = await operate({ ...asked, ...input, dryRun: true }, { now: () => now });
    return { sent, tooOld };
  };
  expect(await counted({ consumer: 'tally' })).toEqual({ sent: 6, tooOld: 6 });
  expect(await counted({ consumer: 'tally', old: true })).toEqual({ sent: 12, tooOld: 0 });
  expect(await counted({ consumer: 'counter-view' })).toEqual({ sent: 14, tooOld: 0 });
});

test('That a consumer is a projection is said', async () => {
  expect(await operate({ consumer: 'counter-view', ...range, dryRun: true })).toMatchObject({
    projection: true,
  });
});

describe('An event that the queue does not take', () => {
  test('is tried again, and the others do not go twice', async () => {
    let failures = 3;
    const { sent, sqs } = fakeQueue(({ version }) =>
      version === 2 && failures-- > 0 ? { Code: 'InternalError', SenderFault: false } : undefined,
    );
    expect(await operate({ consumer: 'tally', ...range }, { sqs })).toMatchObject({ sent: 12 });
    expect(placesOf(sent).sort()).toEqual(placesOf(inOrder).sort());
  });

  test('ends the step after five attempts', async () => {
    const { batches, sqs } = fakeQueue(() => ({ Code: 'InternalError', SenderFault: false }));
    await expect(operate({ consumer: 'tally', ...range }, { sqs })).rejects.toThrow(
      /the queue .*tally.* did not take 10 messages/,
    );
    expect(batches).toEqual([10, 10, 10, 10, 10]);
  });

  test('is named where the fault is its own, and the others go', async () => {
    const [first] = inOrder;
    const { sent, sqs } = fakeQueue(({ eventId }) =>
      eventId === first?.eventId ? { Code: 'InvalidMessageContents', SenderFault: true } : undefined,
    );
    expect(await operate({ consumer: 'tally', ...range }, { sqs })).toMatchObject({
      sent: 11,
      refused: [first?.eventId],
      progress: 1,
    });
    expect(sent).toHaveLength(11);
  });
});

test.each([
  [
    { consumer: 'taly', ...range },
    'no consumer is called taly; there are tally, mirror, counter-view, increases',
  ],
  [{ consumer: 'deadlines', ...range }, 'deadlines is not subscribed to the topic and has no filter'],
  [{ consumer: 'tally' }, 'from: '],
  [{ consumer: 'tally', from: TO, to: FROM }, 'from must be before to'],
  [{ consumer: 'tally', from: FROM, to: FROM }, 'from must be before to'],
  [{ consumer: 'tally', from: '2999-01-01' }, 'from must be in the past'],
  [{ consumer: 'tally', ...range, type: 'CounterStarted' }, 'type'],
])('%j is refused', async (input, message) => {
  await expect(operate(input)).rejects.toThrow(message);
});
