import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHandler } from '#functions/operations/dead-letters/handler.ts';
import { orderStream } from '#tests/support/streams.ts';
import { countOf, faulty, put, type Queues, startQueues, takeAll } from './queues.ts';

const opened: Queues[] = [];
const fresh = async () => {
  const queues = await startQueues();
  opened.push(queues);
  return queues;
};
afterAll(() => {
  for (const queues of opened) queues.stop();
});

const at = '2026-11-23T10:00:00Z';

describe('dead-letters', () => {
  let queues: Queues;
  let page: Awaited<ReturnType<ReturnType<typeof createHandler>>>;
  beforeAll(async () => {
    queues = await fresh();
    const [created, paid] = orderStream('ord-1', 'ada', at);
    const [other] = orderStream('ord-2', 'bob', at);
    if (!created || !paid || !other) throw new Error('orders have events');
    await queues.bury('sales', created, new TypeError('day 12 is full'));
    await queues.bury('sales', other, new TypeError('day 13 is full'));
    await queues.bury('sales', paid, new Error('no such table'));
    await queues.bury('customs', '{"metadata":{"correlationId":"c-9"}, no JSON', new Error('not JSON'));
    // As SQS moves a message whose consumer crashed, or SNS one it could not deliver: without a reason.
    await put(queues.sqs, queues.urls.customs.deadLetters, JSON.stringify(paid), { eventType: 'OrderPaid' });
    page = await createHandler(queues.runtime())({});
  });

  test('puts together what has the same cause, the largest group first', () => {
    expect(page.groups[0]).toMatchObject({ count: 2, consumer: 'sales', errorName: 'TypeError' });
    expect(page.groups.map(({ count }) => count)).toEqual([2, 1, 1, 1]);
    const [largest] = page.groups;
    expect(page.deadLetters.filter(({ fingerprint }) => fingerprint === largest?.fingerprint)).toHaveLength(
      2,
    );
  });

  test('tells of each what its consumer wrote down, and where the event stands', () => {
    expect(page.deadLetters.find(({ streamId }) => streamId === 'order-ord-2')).toEqual({
      messageId: expect.any(String),
      consumer: 'sales',
      errorName: 'TypeError',
      errorMessage: 'day 13 is full',
      fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
      firstFailureAt: '2025-10-09T08:53:20.000Z',
      lastFailureAt: expect.stringMatching(/^20\d\d-/),
      receiveCount: 5,
      sentAt: expect.stringMatching(/^20\d\d-/),
      eventType: 'OrderCreated',
      streamId: 'order-ord-2',
      version: 1,
      correlationId: 'correlation-1',
      streams: ['order-ord-2', 'customer-bob'],
    });
  });

  test('shows what has no reason as what it is, in a group of its own', () => {
    const moved = page.deadLetters.find(({ errorName }) => errorName === 'NoReason');
    expect(moved).toMatchObject({ consumer: 'customs', streamId: 'order-ord-1', version: 2 });
    expect(moved?.errorMessage).toMatch(/crashed or timed out/);
    expect(moved).not.toHaveProperty('receiveCount');
    expect(moved).not.toHaveProperty('firstFailureAt');
  });

  test('shows poison that can be read by nobody', () => {
    const poison = page.deadLetters.find(({ errorMessage }) => errorMessage === 'not JSON');
    expect(poison).toMatchObject({ consumer: 'customs', errorName: 'Error' });
    expect(poison).not.toHaveProperty('streamId');
  });

  test('takes nothing away: all is visible at once, and the next reading brings the same', async () => {
    expect(await countOf(queues.sqs, queues.urls.sales.deadLetters)).toEqual({ visible: 3, hidden: 0 });
    const again = await createHandler(queues.runtime())({});
    const ids = (letters: { messageId: string }[]) => letters.map(({ messageId }) => messageId).sort();
    expect(ids(again.deadLetters)).toEqual(ids(page.deadLetters));
    expect(again.groups).toEqual(page.groups);
  });

  test('of one consumer only', async () => {
    const one = await createHandler(queues.runtime())({ consumer: 'customs' });
    expect(one.deadLetters.map(({ consumer }) => consumer)).toEqual(['customs', 'customs']);
  });

  test('names the consumers there are where one is not known, and what else is wrong', async () => {
    const list = createHandler(queues.runtime());
    await expect(list({ consumer: 'slaes' })).rejects.toThrow('there are sales, customs');
    await expect(list({ consumer: 7, all: true })).rejects.toThrow(/consumer: .*all/);
  });
});

test('A queue of several pages is read to its end, each dead letter once', async () => {
  const queues = await fresh();
  const events = orderStream('ord-1', 'ada', at);
  for (const event of [...events, ...events, ...events]) await queues.bury('sales', event, new Error('no'));
  const list = createHandler(queues.runtime());
  const seen: string[] = [];
  let page = await list({ consumer: 'sales', limit: 5 });
  for (;;) {
    seen.push(...page.deadLetters.map(({ messageId }) => messageId));
    if (!page.continuation) break;
    page = await list({ consumer: 'sales', limit: 5, continuation: page.continuation });
  }
  expect(seen).toHaveLength(12);
  expect(new Set(seen).size).toBe(12);
});

test('What someone else holds is not in the list, and is said', async () => {
  const queues = await fresh();
  const [event] = orderStream('ord-1', 'ada', at);
  if (!event) throw new Error('orders have events');
  await queues.bury('sales', event, new Error('no'));
  await takeAll(queues.sqs, queues.urls.sales.deadLetters);
  expect(await createHandler(queues.runtime())({})).toEqual({
    groups: [],
    deadLetters: [],
    held: [{ consumer: 'sales', count: 1 }],
  });
});

test('A reading that fails half way leaves everything visible', async () => {
  const queues = await fresh();
  const events = orderStream('ord-1', 'ada', at);
  for (let copy = 0; copy < 6; copy++) {
    for (const event of events) await queues.bury('sales', event, new Error('no'));
  }
  let received = 0;
  const sqs = faulty(queues.sqs, (name, _, pass) => {
    if (name === 'ReceiveMessage' && ++received === 3) throw new Error('throttled');
    return pass();
  });
  await expect(createHandler(queues.runtime({ sqs }))({ consumer: 'sales' })).rejects.toThrow('throttled');
  expect(await countOf(queues.sqs, queues.urls.sales.deadLetters)).toEqual({ visible: 24, hidden: 0 });
});
