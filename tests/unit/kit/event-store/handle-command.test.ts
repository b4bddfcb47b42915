import { describe, expect, test } from '@jest/globals';
import { append, MAX_EVENTS_PER_COMMAND } from '#kit/event-store/append.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { type CounterCommand, counterAggregate } from '#tests/support/counter/counter.ts';
import { counterMemory } from '#tests/support/counter/memory.ts';
import { counterStream } from '#tests/support/counter/streams.ts';

const AT = '2026-05-01T12:00:00.000Z';

function open() {
  const memory = counterMemory();
  memory.store(counterStream('c1', AT, 2));
  const send = (command: CounterCommand, more: object = {}, commandId = 'k') =>
    handleCommand(memory.runtime, counterAggregate, {
      aggregateId: 'c1',
      command,
      metadata: { userId: 'ada', correlationId: 'c', causationId: 'r', commandId },
      ...more,
    });
  return { ...memory, send };
}

const increase: CounterCommand = { type: 'increase', by: 1 };

describe('A command', () => {
  test('is decided on what the stream holds, with one query and one put', async () => {
    const { send, calls } = open();
    expect(await send(increase)).toMatchObject({ version: 3, state: { total: 3 }, repeated: false });
    expect(calls).toEqual(['QueryCommand', 'PutCommand']);
  });

  test('that saw another version is refused; the right one, or none, is not', async () => {
    const { send } = open();
    await expect(send(increase, { expectedVersions: [1, 3] })).rejects.toMatchObject({
      name: 'VersionMismatch',
    });
    expect(await send(increase, { expectedVersions: [2] })).toMatchObject({ version: 3 });
  });

  test('to a stream that does not exist breaks the rule of the domain, whatever version it saw', async () => {
    const { send } = open();
    const none = { aggregateId: 'c2', expectedVersions: [2] };
    await expect(send(increase, none)).rejects.toMatchObject({ rule: 'counter_not_found' });
  });

  test('for any version is taken where there is one, and creates nothing where there is none', async () => {
    const { send, calls } = open();
    expect(await send(increase, { expectedVersions: 'any' })).toMatchObject({ version: 3 });
    calls.length = 0;
    const start: CounterCommand = { type: 'start', keeperId: 'ada', limit: 10 };
    await expect(
      send(start, { aggregateId: 'c2', expectedVersions: 'any' }, 'another'),
    ).rejects.toMatchObject({ name: 'VersionMismatch', message: 'counter-c2 does not exist' });
    expect(calls).toEqual(['QueryCommand']);
  });

  test('that comes again is answered as the first time, with the state of that time', async () => {
    const { send, calls } = open();
    const first = await send(increase);
    await send({ type: 'increase', by: 4 }, {}, 'another');
    calls.length = 0;
    const { events, ...again } = await send(increase);
    expect(again).toEqual({
      aggregateId: 'c1',
      streamId: 'counter-c1',
      version: 3,
      state: first.state,
      repeated: true,
    });
    expect(events).toMatchObject([{ version: 3 }]);
    expect(calls).toEqual(['QueryCommand']);
  });

  test('that no longer applies yields nothing', async () => {
    const { send } = open();
    const result = await send(increase, { onlyIf: async () => false });
    expect(result).toMatchObject({ version: 2, events: [], repeated: false });
  });

  test('that loses a race waits by chance and is decided anew', async () => {
    const { send, slept, store } = open();
    let raced = false;
    const onlyIf = async () => {
      if (!raced) store(counterStream('c1', AT, 3).slice(2));
      raced = true;
      return true;
    };
    expect(await send(increase, { onlyIf })).toMatchObject({ version: 4, state: { total: 6 } });
    expect(slept).toHaveLength(1);
  });
});

describe('Events of one command', () => {
  const many = (count: number): StoredEvent[] =>
    Array.from({ length: count }, (_, index) => ({
      ...(counterStream('c9', AT, 2).at(-1) as StoredEvent),
      version: index + 1,
      eventId: `0192f000-0000-7000-8000-${String(index).padStart(12, '0')}`,
    }));

  test('are a hundred at most, all or none', async () => {
    const { runtime, events } = counterMemory();
    await append(runtime, many(MAX_EVENTS_PER_COMMAND));
    expect(events.partition('counter-c9')).toHaveLength(MAX_EVENTS_PER_COMMAND);
    await expect(append(runtime, many(MAX_EVENTS_PER_COMMAND + 1))).rejects.toMatchObject({
      name: 'AppendTooLarge',
    });
  });

  test('are a conflict where the first of them is taken by another, and none where it is their own', async () => {
    const { runtime } = counterMemory();
    const own = many(2);
    await append(runtime, own);
    await expect(append(runtime, own)).resolves.toBeUndefined();
    const others = many(2).map((event) => ({ ...event, eventId: `${event.eventId.slice(0, -1)}f` }));
    await expect(append(runtime, others)).rejects.toMatchObject({ name: 'ConcurrencyConflict' });
  });
});
