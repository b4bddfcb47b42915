import type { DeleteMessageBatchCommandInput, SendMessageBatchCommandInput } from '@aws-sdk/client-sqs';
import { describe, expect, test } from '@jest/globals';
import type { StoredEvent } from '#kit/events/event.ts';
import { release } from '#kit/operations/receive-all.ts';
import { counterStream, keeperStream, placesOf as places } from '#tests/support/counter/streams.ts';
import { countOf, faulty, put, takeAll } from '#tests/support/queues.ts';
import { at, redriving } from './redriving.ts';

const the = redriving();
const { redrive, tally, bodies, bury } = the;

describe('selects', () => {
  test('by cause: the others are visible again at once, and no other consumer gets anything', async () => {
    await bury(counterStream('c-1', at, 2), new TypeError('bad day'));
    await bury(counterStream('c-2', at, 1), new Error('down'));
    const { groups } = await redrive({ consumer: 'tally', dryRun: true });
    const fingerprint = groups.find(({ errorName }) => errorName === 'TypeError')?.fingerprint;

    const answer = await redrive({ consumer: 'tally', fingerprint });
    expect(answer).toMatchObject({ matched: 2, kept: 1, complete: true, notDeleted: [], failed: [] });
    expect(answer).not.toHaveProperty('continuationToken');
    expect(places(answer.redriven)).toEqual(['counter-c-1@1', 'counter-c-1@2']);
    expect(places(await bodies(tally().queue)).sort()).toEqual(['counter-c-1@1', 'counter-c-1@2']);
    expect(await countOf(the.queues.sqs, tally().deadLetters)).toEqual({ visible: 1, hidden: 0 });
    expect(await countOf(the.queues.sqs, the.queues.urls.mirror.queue)).toEqual({ visible: 0, hidden: 0 });
  });

  test('by stream: its own events, and those of others that name its aggregate', async () => {
    await bury(counterStream('c-1', at, 1));
    await bury(counterStream('c-2', at, 1));
    await bury(keeperStream('ada', at, 'c-1').slice(1));
    await the.queues.bury('tally', 'poison', new Error('not JSON'));

    const answer = await redrive({ consumer: 'tally', stream: 'counter-c-1' });
    expect(places(answer.redriven)).toEqual(['counter-c-1@1', 'keeper-ada@2']);
    expect(answer.kept).toBe(2);
    expect(await countOf(the.queues.sqs, tally().deadLetters)).toEqual({ visible: 2, hidden: 0 });
  });

  test('nothing that died after the start, so that poison does not go round', async () => {
    await bury(counterStream('c-1', at, 1));
    const answer = await redrive({ consumer: 'tally', continuationToken: { before: Date.now() - 60_000 } });
    expect(answer).toMatchObject({ matched: 0, kept: 1, redriven: [] });
    expect(await countOf(the.queues.sqs, tally().queue)).toEqual({ visible: 0, hidden: 0 });
  });

  test('no consumer that there is not', async () => {
    await expect(redrive({ consumer: 'tallly' })).rejects.toThrow('there are tally, mirror');
    await expect(redrive({ rate: 0 })).rejects.toThrow(/consumer: .*rate: /);
  });
});

test.each([['a 💥 in it'], ['é💥'.repeat(5_000)]])(
  'A message with characters beyond the first plane goes to the dead letters with its reason, and back: %.9s',
  async (text) => {
    const body = JSON.stringify({ text });
    await the.queues.bury('tally', body, new Error('💥 no counter'));
    const { groups } = await redrive({ consumer: 'tally', dryRun: true });
    expect(groups).toMatchObject([{ errorMessage: '💥 no counter' }]);
    await redrive({ consumer: 'tally' });
    expect((await takeAll(the.queues.sqs, tally().queue)).map(({ Body }) => Body)).toEqual([body]);
  },
);

test('The body goes back untouched and without its old reason; other attributes stay', async () => {
  await the.queues.bury('tally', ' {"not":  "an event"}', new Error('poison'));
  await put(the.queues.sqs, tally().deadLetters, '{}', { eventType: 'CounterIncreased', limit: '12' });
  await redrive({ consumer: 'tally' });
  const messages = await takeAll(the.queues.sqs, tally().queue);
  const seen = messages.map(({ Body, MessageAttributes }) => [
    Body,
    Object.keys(MessageAttributes ?? {}).sort(),
  ]);
  expect(new Map(seen as [string, string[]][])).toEqual(
    new Map([
      [' {"not":  "an event"}', []],
      ['{}', ['eventType', 'limit']],
    ]),
  );
});

test('A dry run says what would be done, in order, and changes nothing', async () => {
  const events = counterStream('c-1', at, 3);
  await bury(events.toReversed());
  const calls: string[] = [];
  const sqs = faulty(the.queues.sqs, (name, _, pass) => {
    calls.push(name);
    return pass();
  });
  const answer = await redrive({ consumer: 'tally', dryRun: true }, { sqs });
  expect(answer).toMatchObject({ dryRun: true, matched: 3, groups: [{ count: 3 }] });
  expect(places(answer.redriven)).toEqual(places(events));
  expect(new Set(calls)).toEqual(
    new Set(['ReceiveMessage', 'GetQueueAttributes', 'ChangeMessageVisibilityBatch']),
  );
  expect(await countOf(the.queues.sqs, tally().deadLetters)).toEqual({ visible: 3, hidden: 0 });
  expect(await countOf(the.queues.sqs, tally().queue)).toEqual({ visible: 0, hidden: 0 });
});

/** Notes the batches that reach the queue. */
function sendsOf(batches: StoredEvent[][], fail: (event: StoredEvent) => boolean = () => false) {
  return faulty(the.queues.sqs, async (name, command, pass) => {
    if (name !== 'SendMessageBatch') return pass();
    const { Entries = [] } = command.input as SendMessageBatchCommandInput;
    const events = Entries.map(({ MessageBody = '' }) => JSON.parse(MessageBody) as StoredEvent);
    const failing = Entries.filter((_, index) => fail(events[index] as StoredEvent));
    batches.push(events.filter((event) => !fail(event)));
    if (failing.length === 0) return pass();
    const input = command.input as { Entries: unknown };
    input.Entries = Entries.filter((entry) => !failing.includes(entry));
    const answer = Entries.length === failing.length ? {} : ((await pass()) as object);
    const Failed = failing.map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false }));
    return { ...answer, Failed };
  });
}

describe('the order of versions', () => {
  const shuffled = () => {
    const all = ['a', 'b', 'c', 'd'].flatMap((id) => counterStream(id, at));
    return all.map((_, index) => all[(index * 7) % all.length] as StoredEvent);
  };

  test('holds in each stream, a version leaving only after the one before it', async () => {
    await bury(shuffled());
    const batches: StoredEvent[][] = [];
    const answer = await redrive({ consumer: 'tally' }, { sqs: sendsOf(batches) });
    expect(answer.redriven).toHaveLength(16);
    for (const batch of batches)
      expect(new Set(batch.map(({ streamId }) => streamId)).size).toBe(batch.length);
    for (const id of ['a', 'b', 'c', 'd']) {
      const versions = batches.flat().filter(({ streamId }) => streamId === `counter-${id}`);
      expect(versions.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    }
    expect(await countOf(the.queues.sqs, tally().queue)).toEqual({ visible: 16, hidden: 0 });
    expect(await countOf(the.queues.sqs, tally().deadLetters)).toEqual({ visible: 0, hidden: 0 });
  });

  test('is kept where one cannot be sent: what follows it stays, other streams go on', async () => {
    await bury(shuffled());
    const sqs = sendsOf([], ({ aggregateId, version }) => aggregateId === 'b' && version === 2);
    const answer = await redrive({ consumer: 'tally' }, { sqs });
    expect(answer.failed).toEqual([
      { messageId: expect.any(String), error: expect.stringMatching(/Internal/) },
    ]);
    expect(answer.redriven).toHaveLength(13);
    const left = places(await bodies(tally().deadLetters)).sort();
    expect(left).toEqual(['counter-b@2', 'counter-b@3', 'counter-b@4']);
  });
});

describe('a crash', () => {
  /** A process that dies at a call: from there on nothing leaves it. */
  const dyingAt = (call: string, landed: boolean) => {
    let dead = false;
    return faulty(the.queues.sqs, async (name, _, pass) => {
      if (!dead && name === call) {
        dead = true;
        if (landed) await pass();
      }
      if (dead) throw new Error('killed');
      return pass();
    });
  };
  const total = async (url: string) => {
    const { visible, hidden } = await countOf(the.queues.sqs, url);
    return visible + hidden;
  };
  const sleep = async () => undefined;

  test.each([
    ['before the send', 'SendMessageBatch', false, { queue: 0, deadLetters: 3 }],
    ['after the send', 'SendMessageBatch', true, { queue: 1, deadLetters: 3 }],
    ['between send and delete', 'DeleteMessageBatch', false, { queue: 1, deadLetters: 3 }],
    ['after the delete', 'DeleteMessageBatch', true, { queue: 1, deadLetters: 2 }],
  ])('%s leaves a message in one of the two or in both, never in neither', async (_, call, landed, left) => {
    const events = counterStream('c-1', at, 3);
    await bury(events);
    await redrive({ consumer: 'tally' }, { sqs: dyingAt(call, landed), sleep });
    expect({ queue: await total(tally().queue), deadLetters: await total(tally().deadLetters) }).toEqual(
      left,
    );
  });

  test('is made good by the next run', async () => {
    await bury(counterStream('c-1', at, 2));
    const receipts = new Set<string>();
    const sqs = faulty(the.queues.sqs, (name, { input }, pass) => {
      if (name !== 'DeleteMessageBatch') return pass();
      const { Entries = [] } = input as DeleteMessageBatchCommandInput;
      for (const { ReceiptHandle = '' } of Entries) receipts.add(ReceiptHandle);
      throw new Error('no answer');
    });
    const first = await redrive({ consumer: 'tally' }, { sqs, sleep });
    expect(first.notDeleted).toHaveLength(2);
    // They would come back by themselves, in three minutes.
    const messages = [...receipts].map((ReceiptHandle) => ({ ReceiptHandle }));
    await release(the.queues.runtime(), tally().deadLetters, messages);
    const again = await redrive({ consumer: 'tally' });
    expect(again.redriven).toHaveLength(2);
    expect(places(await bodies(tally().queue)).sort()).toEqual([
      'counter-c-1@1',
      'counter-c-1@1',
      'counter-c-1@2',
      'counter-c-1@2',
    ]);
    expect(await total(tally().deadLetters)).toBe(0);
  });
});
