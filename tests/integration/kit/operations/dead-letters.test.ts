import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type DeadLetterPage,
  listDeadLetters,
} from '#functions/operations/dead-letters/list-dead-letters.ts';
import { type CounterQueues, startCounterQueues } from '#tests/support/counter/queues.ts';
import { counterStream } from '#tests/support/counter/streams.ts';
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
    if (!page.continuation) break;
    page = await list({ consumer: 'tally', limit: 5, continuation: page.continuation });
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
