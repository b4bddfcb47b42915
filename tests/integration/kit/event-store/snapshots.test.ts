import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Runtime, RuntimeParts } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { handleTogether } from '#kit/event-store/handle-together.ts';
import { load } from '#kit/event-store/load.ts';
import { foldHashOf, loadStream } from '#kit/event-store/snapshots.ts';
import type { Aggregate } from '#kit/events/aggregate.ts';
import { UnknownEventType } from '#kit/events/unreadable-event.ts';
import {
  type CounterCommand,
  type CounterEvent,
  type CounterState,
  counterAggregate,
} from '#tests/support/counter/counter.ts';
import { startCounters } from '#tests/support/counter/data.ts';
import { type Tables, watched } from '#tests/support/tables.ts';

type Counters = Aggregate<CounterState, CounterCommand, CounterEvent> &
  Required<Pick<Aggregate<CounterState, CounterCommand, CounterEvent>, 'combine'>>;

/** A counter whose increases of one batch become one. */
const counters: Counters = {
  ...counterAggregate,
  snapshot: { every: 3, commandsOf: ['CounterStarted'] },
  combine(events) {
    const by = events.reduce((sum, one) => sum + (one.eventType === 'CounterIncreased' ? one.data.by : 0), 0);
    const others = events.filter(({ eventType }) => eventType !== 'CounterIncreased');
    return by === 0 ? others : [...others, { eventType: 'CounterIncreased', data: { by } }];
  },
};

let data: Tables;
beforeAll(async () => {
  data = await startCounters();
});
afterAll(() => data.stop());

const metadata = (commandId: string = randomUUID()) => ({
  userId: 'consumer:test',
  correlationId: 'c',
  causationId: 'e',
  commandId,
});
const start: CounterCommand = { type: 'start', keeperId: 'ada', limit: 1_000 };
const increase = (by: number): CounterCommand => ({ type: 'increase', by });

const together = (runtime: Runtime, id: string, commands: readonly CounterCommand[], aggregate = counters) =>
  handleTogether(
    runtime,
    aggregate,
    id,
    commands.map((command) => ({ command, metadata: metadata() })),
  );

const typesOf = async (id: string) =>
  (await load(data.runtime(), `counter-${id}`)).map(({ eventType }) => eventType);

/** A counter of so many events, one batch each. A process of its own has written them. */
async function grown(events: number, parts?: RuntimeParts) {
  const [id, startId] = [randomUUID(), randomUUID()];
  const runtime = data.runtime(parts);
  const request = { aggregateId: id, command: start, metadata: metadata(startId) };
  await handleCommand(runtime, counters, request);
  for (let n = 1; n < events; n++) await together(runtime, id, [increase(1)]);
  return { id, request };
}

describe('Commands that are handled together', () => {
  test('are one read and one append, and each knows the state after all of them', async () => {
    const { id } = await grown(1);
    const { dynamo, counts } = watched(data.dynamo);
    const outcomes = await together(data.runtime({ dynamo }), id, [increase(1), increase(2), increase(3)]);
    expect(counts).toEqual({ QueryCommand: 2, PutCommand: 1 });
    expect(outcomes.map(({ state }) => state)).toMatchObject([{ total: 6 }, { total: 6 }, { total: 6 }]);
    expect(await typesOf(id)).toEqual(['CounterStarted', 'CounterIncreased']);
  });

  test('are refused alone', async () => {
    const { id } = await grown(1);
    const outcomes = await together(data.runtime(), id, [increase(999), increase(2), increase(1)]);
    expect(outcomes).toMatchObject([
      { state: { total: 1_000 } },
      { error: { rule: 'limit_exceeded' } },
      { state: { total: 1_000 } },
    ]);
  });

  test('fail alone where their conditions cannot be told', async () => {
    const { id } = await grown(1);
    const onlyIf = async () => {
      throw new UnknownEventType('CounterDoubled');
    };
    const requests = [
      { command: increase(1), metadata: metadata() },
      { command: increase(2), metadata: metadata(), onlyIf },
      { command: increase(4), metadata: metadata() },
    ];
    expect(await handleTogether(data.runtime(), counters, id, requests)).toMatchObject([
      { state: { total: 5 } },
      { error: { name: 'UnknownEventType' } },
      { state: { total: 5 } },
    ]);
  });

  test('append nothing where their conditions do not hold', async () => {
    const { id } = await grown(1);
    const requests = [{ command: increase(1), metadata: metadata(), onlyIf: async () => false }];
    expect(await handleTogether(data.runtime(), counters, id, requests)).toMatchObject([
      { state: { total: 0 } },
    ]);
    expect(await typesOf(id)).toEqual(['CounterStarted']);
  });

  test('are decided anew after a lost race, and ask their conditions again', async () => {
    const { id } = await grown(1);
    let asked = 0;
    const onlyIf = async () => ++asked < 2;
    const { dynamo } = watched(data.dynamo, async (command, count) => {
      if (command === 'PutCommand' && count === 1) await together(data.runtime(), id, [increase(5)]);
    });
    const requests = [
      { command: increase(1), metadata: metadata(), onlyIf },
      { command: increase(2), metadata: metadata() },
    ];
    const outcomes = await handleTogether(data.runtime({ dynamo }), counters, id, requests);
    expect(outcomes).toMatchObject([{ state: { total: 7 } }, { state: { total: 7 } }]);
    expect(asked).toBe(2);
  });
});

describe('A snapshot', () => {
  test('spares a new process what came before it, and the next command of the same process the snapshot', async () => {
    const { id } = await grown(8);
    const { dynamo, counts } = watched(data.dynamo);
    const runtime = data.runtime({ dynamo });
    const { base, events, state, version } = await loadStream(runtime, counters, id);
    expect({ base: base.version, events: events.length, state, version }).toMatchObject({
      base: 6,
      events: 2,
      state: { total: 7 },
      version: 8,
    });
    await together(runtime, id, [increase(1)]);
    expect(counts).toEqual({ QueryCommand: 3, PutCommand: 2 });
  });

  test('is not read by code that folds in another way', async () => {
    const { id } = await grown(8);
    const twice: Counters = {
      ...counters,
      evolve: (state, event) =>
        counters.evolve(
          state,
          event.eventType === 'CounterIncreased' ? { ...event, data: { by: 2 * event.data.by } } : event,
        ),
    };
    expect(foldHashOf(twice)).not.toBe(foldHashOf(counters));
    expect(foldHashOf(counters, 'one build')).not.toBe(foldHashOf(counters, 'another build'));
    expect(await loadStream(data.runtime(), twice, id)).toMatchObject({
      base: { version: 0 },
      state: { total: 14 },
    });
  });

  test('tells a repeat that it covers, which is answered as the first time', async () => {
    const { id, request } = await grown(8);
    const first = await handleCommand(data.runtime(), counters, request);
    expect(first).toMatchObject({ repeated: true, version: 1, state: { total: 0 } });
    expect(await typesOf(id)).toHaveLength(8);
  });

  test('that cannot be written fails nobody', async () => {
    const { id } = await grown(1);
    const failing = {
      send: (command: { input: { Item?: { content?: unknown } } }) =>
        command.input.Item?.content
          ? Promise.reject(new Error('no room'))
          : data.dynamo.send(command as never),
    } as unknown as Runtime['dynamo'];
    const runtime = data.runtime({ dynamo: failing });
    for (let n = 0; n < 4; n++) await together(runtime, id, [increase(1)]);
    expect(await loadStream(data.runtime(), counters, id)).toMatchObject({
      base: { version: 0 },
      version: 5,
    });
  });

  test('is asked for by no aggregate that declares none', async () => {
    const { dynamo, counts } = watched(data.dynamo);
    const { id } = await grown(1);
    await handleCommand(data.runtime({ dynamo }), counterAggregate, {
      aggregateId: id,
      command: increase(1),
      metadata: metadata(),
    });
    expect(counts).toEqual({ QueryCommand: 1, PutCommand: 1 });
  });
});
