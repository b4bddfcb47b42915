import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { discard as discardDeadLetters } from '#functions/operations/redrive/discard.ts';
import { redrive } from '#functions/operations/redrive/redrive.ts';
import type { RuntimeParts } from '#kit/config/runtime.ts';
import { type CounterQueues, startCounterQueues } from '#tests/support/counter/queues.ts';
import { counterStream, placesOf as places } from '#tests/support/counter/streams.ts';
import { countOf, faulty } from '#tests/support/queues.ts';

const at = '2026-11-23T10:00:00Z';
const opened: CounterQueues[] = [];
let queues: CounterQueues;
let fingerprint: string;

beforeEach(async () => {
  queues = await startCounterQueues();
  opened.push(queues);
  for (const event of counterStream('c-1', at, 3))
    await queues.bury('tally', event, new TypeError('bad day'));
  for (const event of counterStream('c-2', at, 2)) await queues.bury('tally', event, new Error('down'));
  await queues.bury('mirror', '{}', new TypeError('bad day'));
  const { groups } = await redrive(queues.runtime(), { consumer: 'tally', dryRun: true });
  fingerprint = groups.find(({ errorName }) => errorName === 'TypeError')?.fingerprint ?? '';
});
afterAll(() => {
  for (const { stop } of opened) stop();
});

const discard = (input: object, parts?: RuntimeParts) =>
  discardDeadLetters(queues.runtime(parts), { discard: true, consumer: 'tally', fingerprint, ...input });
const left = () => countOf(queues.sqs, queues.urls.tally.deadLetters);

describe('Discarding', () => {
  test('is a dry run unless it is told otherwise: it names what it would delete, and calls nothing that deletes', async () => {
    const calls = new Set<string>();
    const sqs = faulty(queues.sqs, (name, _, pass) => {
      calls.add(name);
      return pass();
    });
    const answer = await discard({}, { sqs });
    expect(answer).toMatchObject({ dryRun: true, matched: 3, kept: 2, complete: true, notDeleted: [] });
    expect(answer.groups).toMatchObject([{ count: 3, errorName: 'TypeError' }]);
    expect(places(answer.discarded)).toEqual(['counter-c-1@1', 'counter-c-1@2', 'counter-c-1@3']);
    expect(answer).not.toHaveProperty('continuationToken');
    expect(calls).toEqual(new Set(['ReceiveMessage', 'GetQueueAttributes', 'ChangeMessageVisibilityBatch']));
    expect(await left()).toEqual({ visible: 5, hidden: 0 });
  });

  test('deletes those of one cause for good: the others stay, of other consumers too, and no queue gets anything', async () => {
    const answer = await discard({ dryRun: false });
    expect(answer).toMatchObject({ dryRun: false, matched: 3, kept: 2, notDeleted: [] });
    expect(answer.discarded).toHaveLength(3);
    expect(await left()).toEqual({ visible: 2, hidden: 0 });
    expect(await countOf(queues.sqs, queues.urls.tally.queue)).toEqual({ visible: 0, hidden: 0 });
    expect(await countOf(queues.sqs, queues.urls.mirror.deadLetters)).toEqual({ visible: 1, hidden: 0 });
    expect(await discard({ dryRun: false })).toMatchObject({ matched: 0, discarded: [], groups: [] });
  });

  test('leaves what died after its start', async () => {
    const continuationToken = { before: Date.now() - 60_000 };
    expect(await discard({ dryRun: false, continuationToken })).toMatchObject({ matched: 0, kept: 5 });
    expect(await left()).toEqual({ visible: 5, hidden: 0 });
  });

  test('says what SQS would not delete, and makes it visible again', async () => {
    const sqs = faulty(queues.sqs, (name, _, pass) => {
      if (name === 'DeleteMessageBatch') throw new Error('throttled');
      return pass();
    });
    const answer = await discard({ dryRun: false }, { sqs, sleep: async () => undefined });
    expect(answer).toMatchObject({ matched: 3, discarded: [] });
    expect(answer.notDeleted).toHaveLength(3);
    expect(answer).not.toHaveProperty('continuationToken');
    expect(await left()).toEqual({ visible: 5, hidden: 0 });
  });

  test('needs a cause, and a consumer that there is', async () => {
    await expect(discard({ fingerprint: undefined })).rejects.toThrow(/fingerprint: /);
    await expect(discard({ consumer: 'tallly' })).rejects.toThrow('there are tally, mirror');
  });
});
