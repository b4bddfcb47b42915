import { randomUUID } from 'node:crypto';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SQSEvent } from 'aws-lambda';
import type { Runtime, RuntimeParts } from '#kit/config/runtime.ts';
import { createDeadlineConsumer } from '#kit/deadlines/deadline-consumer.ts';
import type { DueEvent } from '#kit/deadlines/due-message.ts';
import { resendDue } from '#kit/deadlines/resend-due.ts';
import { tick } from '#kit/deadlines/tick.ts';
import { type EventItem, fromItem, toPublishable } from '#kit/event-store/event-item.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { load } from '#kit/event-store/load.ts';
import { streamIdOf } from '#kit/events/event.ts';
import { type CounterCommand, counterAggregate } from '#tests/support/counter/counter.ts';
import { startCounters } from '#tests/support/counter/data.ts';
import { sqsEvent } from '#tests/support/sqs-event.ts';
import { type Tables, watched } from '#tests/support/tables.ts';

const START = Date.parse('2026-11-23T10:00:00.000Z');
const MINUTE = 60_000;

let data: Tables;
beforeAll(async () => {
  data = await startCounters();
});
afterAll(() => data.stop());

const iso = (ms: number): string => new Date(ms).toISOString();

/** Sends a command at a time; a new counter is started first. */
async function command(counterId: string, at: number, given: CounterCommand, parts: RuntimeParts = {}) {
  const commandId = randomUUID();
  return handleCommand(data.runtime({ now: () => at, ...parts }), counterAggregate, {
    aggregateId: counterId,
    command: given,
    metadata: { userId: 'ada', correlationId: `of-${counterId}`, causationId: 'request', commandId },
  });
}

/** A counter that runs down at `until`, started at `at`. */
async function woundUp(at: number, until: number): Promise<string> {
  const counterId = randomUUID();
  await command(counterId, at, { type: 'start', keeperId: 'ada', limit: 10 });
  await command(counterId, at, { type: 'wind-up', until: iso(until) });
  return counterId;
}

/** What a tick at this time sends, by SQS batches that are all taken. */
const ticked = (at: number): Promise<DueEvent[]> => sentBy(at, tick);

async function sentBy(at: number, work: (runtime: Runtime) => Promise<unknown>): Promise<DueEvent[]> {
  const sent: DueEvent[] = [];
  const send = async ({ input }: { input: { Entries: { MessageBody: string }[] } }) => {
    sent.push(...input.Entries.map(({ MessageBody }) => JSON.parse(MessageBody)));
    return {};
  };
  const sqs = { send } as unknown as Runtime['sqs'];
  await work(data.runtime({ now: () => at, sqs, settings: { QUEUE_URL: 'http://queue' } }));
  return sent;
}

const ofCounter = (sent: readonly DueEvent[], counterId: string) =>
  sent.filter(({ streamId }) => streamId === streamIdOf('counter', counterId));

function messages(due: readonly unknown[], type: string | undefined = 'due'): SQSEvent {
  const { Records } = sqsEvent(due as never);
  for (const record of Records) {
    if (type) record.messageAttributes = { messageType: { stringValue: type, dataType: 'String' } };
  }
  return { Records };
}

/** Hands messages to the consumer; answers the dead letters and the ids of what comes back. */
async function consumed(at: number, batch: SQSEvent, parts: RuntimeParts = {}) {
  const dead: { MessageBody: string }[] = [];
  const send = async (sent: { constructor: { name: string }; input: never }) => {
    if (sent.constructor.name === 'SendMessageCommand') dead.push(sent.input);
    return {};
  };
  const sqs = { send } as unknown as Runtime['sqs'];
  const settings = {
    CONSUMER: 'deadlines',
    QUEUE_URL: 'http://queue',
    DEAD_LETTER_QUEUE_URL: 'http://dead',
    RETRY_BASE_SECONDS: '0',
  };
  const consume = createDeadlineConsumer(data.runtime({ now: () => at, sqs, ...parts, settings }));
  const { batchItemFailures } = await consume(batch);
  return { dead, back: batchItemFailures.map(({ itemIdentifier }) => itemIdentifier) };
}

const eventsOf = async (counterId: string) =>
  (await load(data.runtime(), streamIdOf('counter', counterId))).map(({ eventType }) => eventType);

const WOUND_UP = ['CounterStarted', 'CounterWoundUp'];
const RUN_DOWN = [...WOUND_UP, 'CounterClosed'];

describe('An event with a deadline', () => {
  test('is stored with the keys of the index, and neither a reader nor the topic sees them', async () => {
    const counterId = await woundUp(START, START + 30 * MINUTE);
    const TableName = data.runtime().setting('EVENTS_TABLE');
    const Key = { streamId: streamIdOf('counter', counterId), version: 2 };
    const { Item } = await data.dynamo.send(new GetCommand({ TableName, Key }));
    expect(Item).toMatchObject({
      duePartition: expect.stringMatching(/^2026-11-23T10:30#[0-3]$/),
      dueKey: `2026-11-23T10:30:00.000Z#${Item?.eventId}`,
    });
    for (const seen of [fromItem(Item as EventItem), toPublishable(Item as EventItem)]) {
      expect(Object.keys(seen)).not.toContain('duePartition');
      expect(Object.keys(seen)).not.toContain('dueKey');
    }
    const { Item: started } = await data.dynamo.send(
      new GetCommand({ TableName, Key: { ...Key, version: 1 } }),
    );
    expect(started).not.toHaveProperty('duePartition');
  });

  test('costs one put, as any other', async () => {
    const counterId = randomUUID();
    await command(counterId, START, { type: 'start', keeperId: 'ada', limit: 10 });
    const { dynamo, counts } = watched(data.dynamo);
    await command(counterId, START, { type: 'wind-up', until: iso(START + MINUTE) }, { dynamo });
    expect(counts).toEqual({ QueryCommand: 1, PutCommand: 1 });
  });
});

describe('A deadline', () => {
  test('is sent shortly before its time and not again, and then becomes the command of its aggregate', async () => {
    const at = START + 60 * MINUTE;
    const due = at + 30 * MINUTE;
    const counterId = await woundUp(at, due);
    const sent: DueEvent[] = [];
    for (let minute = 1; minute <= 33; minute++) {
      const now = ofCounter(await ticked(at + minute * MINUTE), counterId);
      if (now.length > 0) expect(minute).toBe(29);
      sent.push(...now);
    }
    expect(sent).toMatchObject([{ streamId: streamIdOf('counter', counterId), version: 2, dueAt: iso(due) }]);

    expect(await consumed(due, messages(sent))).toEqual({ dead: [], back: [] });
    expect(await eventsOf(counterId)).toEqual(RUN_DOWN);
    const [, woundUpEvent, closed] = await load(data.runtime(), streamIdOf('counter', counterId));
    expect(closed?.metadata).toMatchObject({
      userId: 'consumer:deadlines',
      correlationId: `of-${counterId}`,
      causationId: woundUpEvent?.eventId,
    });
  });

  test('that comes early waits, to the millisecond', async () => {
    const at = START + 100 * MINUTE;
    const counterId = await woundUp(at, at + MINUTE);
    const sent = ofCounter(await ticked(at), counterId);
    expect(await consumed(at + MINUTE - 1, messages(sent))).toEqual({ dead: [], back: ['m0'] });
    expect(await eventsOf(counterId)).toEqual(WOUND_UP);
    expect(await consumed(at + MINUTE, messages(sent))).toEqual({ dead: [], back: [] });
    expect(await eventsOf(counterId)).toEqual(RUN_DOWN);
  });

  test('that comes twice, also at the same time, fires once', async () => {
    const at = START + 110 * MINUTE;
    const counterId = await woundUp(at, at + MINUTE);
    const [due] = ofCounter(await ticked(at), counterId);
    expect(await consumed(at + MINUTE, messages([due, due, due]))).toEqual({ dead: [], back: [] });
    expect(await consumed(at + 2 * MINUTE, messages([due]))).toEqual({ dead: [], back: [] });
    expect(await eventsOf(counterId)).toEqual(RUN_DOWN);
  });

  test('that was moved does nothing; the later one does', async () => {
    const at = START + 120 * MINUTE;
    const counterId = await woundUp(at, at + MINUTE);
    await command(counterId, at, { type: 'wind-up', until: iso(at + 2 * MINUTE - 1) });
    const [first, second] = ofCounter(await ticked(at), counterId).toSorted((a, b) => a.version - b.version);
    await consumed(at + MINUTE, messages([first]));
    expect(await eventsOf(counterId)).toEqual([...WOUND_UP, 'CounterWoundUp']);
    await consumed(at + 2 * MINUTE, messages([second]));
    expect(await eventsOf(counterId)).toEqual([...WOUND_UP, 'CounterWoundUp', 'CounterClosed']);
  });

  test('and what was awaited, at the same millisecond, end in one of the two ways', async () => {
    for (let round = 0; round < 10; round++) {
      const at = START + (200 + 10 * round) * MINUTE;
      const counterId = await woundUp(at, at + MINUTE);
      const [due] = ofCounter(await ticked(at), counterId);
      const [moved] = await Promise.allSettled([
        command(counterId, at + MINUTE, { type: 'wind-up' }),
        consumed(at + MINUTE, messages([due])),
      ]);
      const won = moved.status === 'fulfilled';
      expect(await eventsOf(counterId)).toEqual(won ? [...WOUND_UP, 'CounterWoundUp'] : RUN_DOWN);
    }
  });

  test('that is past when its event is appended fires at the next tick', async () => {
    const at = START + 400 * MINUTE;
    await ticked(at);
    const counterId = await woundUp(at + 1_000, at - 60 * MINUTE);
    const sent = ofCounter(await ticked(at + MINUTE), counterId);
    expect(sent).toMatchObject([{ dueAt: iso(at - 60 * MINUTE) }]);
    await consumed(at + MINUTE, messages(sent));
    expect(await eventsOf(counterId)).toEqual(RUN_DOWN);
  });
});

describe('A message to the consumer', () => {
  test.each<[string, unknown, string | undefined]>([
    ['that names no event', { streamId: 'counter-x' }, 'due'],
    ['of another type', { streamId: 'counter-x', version: 1 }, 'rebuild'],
    ['that is an event', { streamId: 'counter-x', version: 1 }, undefined],
  ])('%s is poison', async (_, body, type) => {
    const { dead, back } = await consumed(START, messages([body], type));
    expect(back).toEqual([]);
    expect(dead).toHaveLength(1);
  });

  test('about an event that the store does not hold comes back, and at last is a dead letter', async () => {
    const due = { streamId: 'counter-x', version: 1, eventId: randomUUID(), dueAt: iso(START) };
    expect(await consumed(START, messages([due]))).toEqual({ dead: [], back: ['m0'] });
    const last = messages([due]);
    for (const record of last.Records) record.attributes.ApproximateReceiveCount = '5';
    expect(await consumed(START, last)).toEqual({
      dead: [expect.objectContaining({ MessageBody: JSON.stringify(due) })],
      back: [],
    });
  });

  test('about an event that newer code wrote waits', async () => {
    const at = START + 500 * MINUTE;
    const counterId = await woundUp(at, at + MINUTE);
    const [due] = ofCounter(await ticked(at), counterId);
    const TableName = data.runtime().setting('EVENTS_TABLE');
    const Key = { streamId: streamIdOf('counter', counterId), version: 2 };
    const { Item } = await data.dynamo.send(new GetCommand({ TableName, Key }));
    await data.dynamo.send(new PutCommand({ TableName, Item: { ...Item, schemaVersion: 9 } }));
    expect(await consumed(at + MINUTE, messages([due]))).toEqual({ dead: [], back: ['m0'] });
    await data.dynamo.send(new PutCommand({ TableName, Item: Item as EventItem }));
    expect(await consumed(at + MINUTE, messages([due]))).toEqual({ dead: [], back: [] });
    expect(await eventsOf(counterId)).toEqual(RUN_DOWN);
  });
});

test('A deadline whose message is lost is sent again, and has its effect then', async () => {
  const at = START + 600 * MINUTE;
  const counterId = await woundUp(at, at + 10 * MINUTE);
  await ticked(at + MINUTE);
  const lost = ofCounter(await ticked(at + 9 * MINUTE), counterId);
  const later = at + 20 * MINUTE;
  expect(ofCounter(await ticked(later), counterId)).toEqual([]);
  const again = await sentBy(later, (runtime) => resendDue(runtime, { from: iso(at) }));
  expect(ofCounter(again, counterId)).toEqual(lost);
  expect(await consumed(later, messages(ofCounter(again, counterId)))).toEqual({ dead: [], back: [] });
  expect(await eventsOf(counterId)).toEqual(RUN_DOWN);
});
