import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type DeadLetterPage,
  listDeadLetters,
} from '#functions/operations/dead-letters/list-dead-letters.ts';
import { readQueueSizes } from '#functions/operations/dead-letters/queue-sizes.ts';
import { showDeadLetter } from '#functions/operations/dead-letters/show-dead-letter.ts';
import { awsApi } from '#resources/local/emulators/aws-api.ts';
import { sqsMapping } from '#resources/local/event-source-mapping/sqs-mapping.ts';
import { type CounterQueues, startCounterQueues } from '#tests/support/counter/queues.ts';
import { counterStream } from '#tests/support/counter/streams.ts';
import { createTally } from '#tests/support/counter/tally.ts';
import { sharedEmulators } from '#tests/support/emulators.ts';
import { eventually } from '#tests/support/eventually.ts';
import { countOf, faulty, put, takeAll } from '#tests/support/queues.ts';

const opened: CounterQueues[] = [];
const fresh = async () => {
  const queues = await startCounterQueues();
  opened.push(queues);
  return queues;
};
afterAll(() => {
  for (const queues of opened) queues.stop();
});

const at = '2026-11-23T10:00:00Z';

/** The text of a message that nobody can read, with characters of all planes. */
const UNREADABLE = 'é💥'.repeat(5_000);

describe('dead-letters', () => {
  let queues: CounterQueues;
  let page: DeadLetterPage;
  beforeAll(async () => {
    queues = await fresh();
    const [started, increased] = counterStream('c-1', at);
    const [other] = counterStream('c-2', at, 1, 'bob');
    if (!started || !increased || !other) throw new Error('counters have events');
    await queues.bury('tally', started, new TypeError('day 12 is full'));
    await queues.bury('tally', other, new TypeError('day 13 is full'));
    await queues.bury('tally', increased, new Error('no such table'));
    await queues.bury('mirror', '{"metadata":{"correlationId":"c-9"}, no JSON', new Error('not JSON'));
    // As SQS moves a message whose consumer crashed, or SNS one it could not deliver: without a reason.
    await put(queues.sqs, queues.urls.mirror.deadLetters, JSON.stringify(increased), {
      eventType: 'CounterIncreased',
    });
    page = await listDeadLetters(queues.runtime(), {});
  });

  test('puts together what has the same cause, the largest group first', () => {
    expect(page.groups[0]).toMatchObject({ count: 2, consumer: 'tally', errorName: 'TypeError' });
    expect(page.groups.map(({ count }) => count)).toEqual([2, 1, 1, 1]);
    const [largest] = page.groups;
    expect(page.deadLetters.filter(({ fingerprint }) => fingerprint === largest?.fingerprint)).toHaveLength(
      2,
    );
  });

  test('tells of each what its consumer wrote down, and where the event stands', () => {
    expect(page.deadLetters.find(({ streamId }) => streamId === 'counter-c-2')).toEqual({
      messageId: expect.any(String),
      consumer: 'tally',
      errorName: 'TypeError',
      errorMessage: 'day 13 is full',
      fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
      firstFailureAt: '2025-10-09T08:53:20.000Z',
      lastFailureAt: expect.stringMatching(/^20\d\d-/),
      receiveCount: 5,
      sentAt: expect.stringMatching(/^20\d\d-/),
      eventType: 'CounterStarted',
      streamId: 'counter-c-2',
      version: 1,
      correlationId: 'correlation-1',
      streams: ['counter-c-2', 'keeper-bob'],
    });
  });

  test('shows what has no reason as what it is, in a group of its own', () => {
    const moved = page.deadLetters.find(({ errorName }) => errorName === 'NoReason');
    expect(moved).toMatchObject({ consumer: 'mirror', streamId: 'counter-c-1', version: 2 });
    expect(moved?.errorMessage).toMatch(/crashed or timed out/);
    expect(moved).not.toHaveProperty('receiveCount');
    expect(moved).not.toHaveProperty('firstFailureAt');
  });

  test('shows poison that can be read by nobody', () => {
    const poison = page.deadLetters.find(({ errorMessage }) => errorMessage === 'not JSON');
    expect(poison).toMatchObject({ consumer: 'mirror', errorName: 'Error' });
    expect(poison).not.toHaveProperty('streamId');
  });

  test('takes nothing away: all is visible at once, and the next reading brings the same', async () => {
    expect(await countOf(queues.sqs, queues.urls.tally.deadLetters)).toEqual({ visible: 3, hidden: 0 });
    const again = await listDeadLetters(queues.runtime(), {});
    const ids = (letters: { messageId: string }[]) => letters.map(({ messageId }) => messageId).sort();
    expect(ids(again.deadLetters)).toEqual(ids(page.deadLetters));
    expect(again.groups).toEqual(page.groups);
  });

  test('of one consumer only', async () => {
    const one = await listDeadLetters(queues.runtime(), { consumer: 'mirror' });
    expect(one.deadLetters.map(({ consumer }) => consumer)).toEqual(['mirror', 'mirror']);
  });

  test('names the consumers there are where one is not known, and what else is wrong', async () => {
    const list = (input: object) => listDeadLetters(queues.runtime(), input);
    await expect(list({ consumer: 'tallly' })).rejects.toThrow('there are tally, mirror');
    await expect(list({ consumer: 7, all: true })).rejects.toThrow(/consumer: .*all/);
  });
});

test('A queue of several pages is read to its end, each dead letter once', async () => {
  const queues = await fresh();
  const events = counterStream('c-1', at);
  for (const event of [...events, ...events, ...events]) await queues.bury('tally', event, new Error('no'));
  const list = (input: object) => listDeadLetters(queues.runtime(), input);
  const seen: string[] = [];
  let page = await list({ consumer: 'tally', limit: 5 });
  for (;;) {
    seen.push(...page.deadLetters.map(({ messageId }) => messageId));
    if (!page.continuationToken) break;
    page = await list({ consumer: 'tally', limit: 5, continuationToken: page.continuationToken });
  }
  expect(seen).toHaveLength(12);
  expect(new Set(seen).size).toBe(12);
});

test('What someone else holds is not in the list, and is said', async () => {
  const queues = await fresh();
  const [event] = counterStream('c-1', at);
  if (!event) throw new Error('counters have events');
  await queues.bury('tally', event, new Error('no'));
  await takeAll(queues.sqs, queues.urls.tally.deadLetters);
  expect(await listDeadLetters(queues.runtime(), {})).toEqual({
    groups: [],
    deadLetters: [],
    held: [{ consumer: 'tally', count: 1 }],
  });
});

test('A reading that fails half way leaves everything visible', async () => {
  const queues = await fresh();
  const events = counterStream('c-1', at);
  for (let copy = 0; copy < 6; copy++) {
    for (const event of events) await queues.bury('tally', event, new Error('no'));
  }
  let received = 0;
  const sqs = faulty(queues.sqs, (name, _, pass) => {
    if (name === 'ReceiveMessage' && ++received === 3) throw new Error('throttled');
    return pass();
  });
  await expect(listDeadLetters(queues.runtime({ sqs }), { consumer: 'tally' })).rejects.toThrow('throttled');
  expect(await countOf(queues.sqs, queues.urls.tally.deadLetters)).toEqual({ visible: 24, hidden: 0 });
});

describe('showing one dead letter', () => {
  let queues: CounterQueues;
  const show = (input: object) => showDeadLetter(queues.runtime(), input);
  const idOf = async (streamId: string) => {
    const { deadLetters } = await listDeadLetters(queues.runtime(), { consumer: 'tally' });
    return deadLetters.find((letter) => letter.streamId === streamId)?.messageId ?? '';
  };
  beforeAll(async () => {
    queues = await fresh();
    const [first, second] = counterStream('c-1', at);
    const [other] = counterStream('c-2', at);
    if (!first || !second || !other) throw new Error('counters have events');
    await queues.bury('tally', first, new TypeError('day 12 is full'));
    await queues.bury('tally', other, new Error('no such table'));
    await put(queues.sqs, queues.urls.tally.deadLetters, UNREADABLE, { limit: '12' });
  });

  test('brings its body, its attributes and its history, by the beginning of its id', async () => {
    const id = await idOf('counter-c-1');
    for (const message of [id, id.slice(0, 8)]) {
      expect(await show({ consumer: 'tally', message })).toEqual({
        inFlight: 0,
        message: expect.objectContaining({
          messageId: id,
          errorMessage: 'day 12 is full',
          receiveCount: 5,
          firstFailureAt: '2025-10-09T08:53:20.000Z',
          body: expect.stringMatching(/^\{.*"streamId":"counter-c-1".*\}$/),
          attributes: expect.objectContaining({ errorName: 'TypeError', consumer: 'tally' }),
        }),
      });
    }
    expect(await countOf(queues.sqs, queues.urls.tally.deadLetters)).toEqual({ visible: 3, hidden: 0 });
  });

  test('brings what has no reason and no event', async () => {
    const { deadLetters } = await listDeadLetters(queues.runtime(), { consumer: 'tally' });
    const message = deadLetters.find(({ errorName }) => errorName === 'NoReason')?.messageId;
    expect((await show({ consumer: 'tally', message })).message).toMatchObject({
      body: UNREADABLE,
      attributes: { limit: '12' },
    });
  });

  test('finds none where there is none, and names what is wrong with the input', async () => {
    expect(await show({ consumer: 'tally', message: 'no-such-message' })).toEqual({ inFlight: 0 });
    await expect(show({ consumer: 'tally', message: 'short' })).rejects.toThrow(/message: .*8 characters/);
    await expect(show({ consumer: 'tallly', message: 'no-such-message' })).rejects.toThrow('there are tally');
    expect(await countOf(queues.sqs, queues.urls.tally.deadLetters)).toEqual({ visible: 3, hidden: 0 });
  });
});

test('The sizes of both queues count what is visible, in flight and delayed', async () => {
  const queues = await fresh();
  const { queue, deadLetters } = queues.urls.tally;
  for (let index = 0; index < 3; index++) await put(queues.sqs, queue, '{}');
  await queues.sqs.send(new ReceiveMessageCommand({ QueueUrl: queue, MaxNumberOfMessages: 1 }));
  await queues.sqs.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: '{}', DelaySeconds: 900 }));
  await put(queues.sqs, deadLetters, '{}');
  expect(await readQueueSizes(queues.runtime(), { sizes: true, consumer: 'tally' })).toEqual({
    consumer: 'tally',
    queue: { visible: 2, inFlight: 1, delayed: 1 },
    deadLetters: { visible: 1, inFlight: 0, delayed: 0 },
  });
});

test('A body of 5,000 é💥 that its consumer cannot read is dead at once, with the reason', async () => {
  const queues = await fresh();
  const { queue, deadLetters } = queues.urls.tally;
  const settings = {
    CONSUMER: 'tally',
    QUEUE_URL: queue,
    DEAD_LETTER_QUEUE_URL: deadLetters,
    MAX_RECEIVE_COUNT: '5',
    RETRY_BASE_SECONDS: '0',
  };
  const mapping = sqsMapping({
    name: 'tally',
    api: awsApi(sharedEmulators()),
    queueUrl: queue,
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:tally',
    properties: {
      EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:tally',
      FunctionName: 'tally',
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    },
    invoke: (event) => createTally(queues.runtime({ settings }))(event as never),
  });
  await put(queues.sqs, queue, UNREADABLE);
  mapping.start();
  await eventually(async () => expect((await countOf(queues.sqs, deadLetters)).visible).toBe(1));
  await mapping.stop();
  const { deadLetters: found } = await listDeadLetters(queues.runtime(), { consumer: 'tally' });
  expect(found).toMatchObject([
    { errorName: 'InvalidEnvelope', errorMessage: 'Not an event envelope: not JSON', receiveCount: 1 },
  ]);
  expect(await countOf(queues.sqs, queue)).toEqual({ visible: 0, hidden: 0 });
});
