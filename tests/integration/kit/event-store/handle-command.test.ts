import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MAX_EVENTS_PER_COMMAND } from '#kit/event-store/append.ts';
import { findRepeat, handleCommand } from '#kit/event-store/handle-command.ts';
import { loadStream } from '#kit/event-store/snapshots.ts';
import type { Aggregate } from '#kit/events/aggregate.ts';
import {
  type CounterCommand,
  type CounterEvent,
  type CounterState,
  counterAggregate,
} from '#tests/support/counter/counter.ts';
import { counterStream } from '#tests/support/counter/streams.ts';
import {
  by,
  type CounterCommands,
  increase,
  type Request,
  start,
  startCounterCommands,
} from './counter-commands.ts';

let the: CounterCommands;
beforeAll(async () => {
  the = await startCounterCommands();
});
afterAll(() => the.data.stop());

describe('A command', () => {
  test('that creates is one put; its event says who, why and when, and stands at version 1', async () => {
    const id = randomUUID();
    const { parts, counts, outcomes } = the.observed();
    const metadata = by('command-1');
    const now = Date.UTC(2026, 4, 1);
    const result = await the.send(id, start, { creates: true, metadata }, { ...parts, now: () => now });
    expect(counts).toEqual({ PutCommand: 1 });
    expect(outcomes).toEqual({});
    const stored = await the.streamOf(id);
    expect(result).toEqual({
      aggregateId: id,
      streamId: `counter-${id}`,
      version: 1,
      state: { status: 'open', keeperId: 'ada', limit: 1_000, total: 0 },
      events: stored,
      repeated: false,
    });
    expect(stored).toMatchObject([
      {
        version: 1,
        aggregateType: 'counter',
        aggregateId: id,
        eventType: 'CounterStarted',
        schemaVersion: 2,
        metadata: { ...metadata, timestamp: '2026-05-01T00:00:00.000Z' },
      },
    ]);
  });

  test('on a stream is one query and one write, however many events it decides', async () => {
    const id = await the.opened();
    const { parts, counts } = the.observed();
    expect(await the.send(id, increase(2), {}, parts)).toMatchObject({ version: 2, state: { total: 2 } });
    expect(counts).toEqual({ QueryCommand: 1, PutCommand: 1 });
    const many: CounterCommand = { type: 'increase-often', amounts: [1, 2, 3] };
    expect(await the.send(id, many, {}, parts)).toMatchObject({ version: 5, state: { total: 8 } });
    expect(counts).toEqual({ QueryCommand: 2, PutCommand: 1, TransactWriteCommand: 1 });
    const stream = await the.streamOf(id);
    expect(stream.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
    const ids = stream.map(({ eventId }) => eventId);
    expect(ids).toEqual(ids.toSorted());
  });

  test('that already holds appends nothing', async () => {
    const id = await the.opened();
    const { parts, counts } = the.observed();
    const result = await the.send(id, increase(0), {}, parts);
    expect(result).toMatchObject({ version: 1, events: [], repeated: false });
    expect(counts).toEqual({ QueryCommand: 1 });
  });

  test.each<[string, string, CounterCommand]>([
    ['counter_not_found', 'not-found', increase(1)],
    ['limit_exceeded', 'invalid-input', increase(1_001)],
    ['counter_already_started', 'conflict', start],
  ])('that breaks the rule %s is rejected, and appends nothing', async (rule, kind, command) => {
    const id = rule === 'counter_not_found' ? randomUUID() : await the.opened();
    const before = await the.streamOf(id);
    const { parts, outcomes } = the.observed();
    await expect(the.send(id, command, {}, parts)).rejects.toMatchObject({
      name: 'CommandRejected',
      rule,
      kind,
    });
    expect(outcomes).toEqual({ CommandsRejected: 1 });
    expect(await the.streamOf(id)).toEqual(before);
  });

  test('of more events than a transaction takes appends none of them', async () => {
    const id = await the.opened();
    const amounts = Array.from({ length: MAX_EVENTS_PER_COMMAND + 1 }, () => 1);
    await expect(the.send(id, { type: 'increase-often', amounts })).rejects.toMatchObject({
      name: 'AppendTooLarge',
    });
    expect(await the.streamOf(id)).toHaveLength(1);
  });

  test('whose event its own schema does not take fails before anything is appended', async () => {
    const id = await the.opened();
    await expect(the.send(id, increase(0.5))).rejects.toMatchObject({ name: 'InvalidEventData' });
    const careless: Aggregate<CounterState, CounterCommand, CounterEvent> = {
      ...counterAggregate,
      decide: () => [{ eventType: 'CounterIncreased', data: { by: 1, why: 'no field' } as { by: number } }],
    };
    const request = { aggregateId: id, command: increase(1), metadata: by() };
    await expect(handleCommand(the.data.runtime(), careless, request)).rejects.toMatchObject({
      name: 'InvalidEventData',
      problems: [{ path: 'why', message: 'is not a field of this event' }],
    });
    expect(await the.streamOf(id)).toHaveLength(1);
  });

  test('on a stream that this code cannot read or fold fails', async () => {
    const [first, second] = counterStream(randomUUID(), '2026-05-01T00:00:00.000Z');
    await the.data.store([first, { ...second, schemaVersion: 99 }] as never);
    await expect(the.send(first?.aggregateId ?? '', increase(1))).rejects.toMatchObject({
      name: 'NewerSchemaVersion',
    });
    const [, alone] = counterStream(randomUUID(), '2026-05-01T00:00:00.000Z');
    await the.data.store([{ ...alone, version: 1 }] as never);
    await expect(the.send(alone?.aggregateId ?? '', increase(1))).rejects.toMatchObject({
      name: 'InvalidEventSequence',
    });
  });
});

describe('A repeat that is looked for', () => {
  const find = (id: string, metadata: Request['metadata'], parts = {}) =>
    findRepeat(the.data.runtime(parts), counterAggregate, { aggregateId: id, metadata });

  test('is answered as the first time, whatever came after it; one query', async () => {
    const id = await the.opened();
    const metadata = by();
    const first = await the.send(id, increase(2), { metadata });
    await the.send(id, increase(3));
    const { parts, counts, outcomes } = the.observed();
    expect(await find(id, metadata, parts)).toEqual({ ...first, repeated: true });
    expect(counts).toEqual({ QueryCommand: 1 });
    expect(outcomes).toEqual({ CommandsRepeated: 1 });
  });

  test('is none of a command that never came', async () => {
    const { parts, outcomes } = the.observed();
    expect(await find(randomUUID(), by(), parts)).toBeUndefined();
    expect(await find(await the.opened(), by(), parts)).toBeUndefined();
    expect(outcomes).toEqual({});
  });

  test('with another payload is refused', async () => {
    const id = await the.opened();
    const metadata = by();
    await the.send(id, increase(2), { metadata });
    await expect(find(id, by(metadata.commandId, 'another'))).rejects.toMatchObject({
      name: 'CommandIdReused',
    });
  });
});

describe('Who may not touch an aggregate', () => {
  const ownerOnly = (state: CounterState) => {
    if (state.status !== 'none' && state.keeperId !== 'bob') throw new Error('not yours');
  };

  test('learns nothing of it: not a rule, not its version, not a repeat', async () => {
    const id = await the.opened();
    const metadata = by();
    await the.send(id, increase(1), { metadata });
    const asked: Partial<Request>[] = [{}, { expectedVersions: [9] }, { metadata }, { creates: true }];
    for (const more of asked) {
      const command = more.creates ? start : increase(5_000);
      await expect(the.send(id, command, { ...more, authorize: ownerOnly })).rejects.toThrow('not yours');
    }
    expect(await the.streamOf(id)).toHaveLength(2);
  });

  test('is not asked about what does not exist', async () => {
    const refuse = () => {
      throw new Error('not yours');
    };
    await expect(the.send(randomUUID(), increase(1), { authorize: refuse })).rejects.toMatchObject({
      rule: 'counter_not_found',
    });
    expect(await the.send(randomUUID(), start, { creates: true, authorize: refuse })).toMatchObject({
      version: 1,
    });
  });
});

describe('A command of a caller that has read the stream', () => {
  const seenOf = (id: string) => loadStream(the.data.runtime(), counterAggregate, id);

  test('is the put alone while that is the stream', async () => {
    const id = await the.opened();
    const seen = await seenOf(id);
    const { parts, counts } = the.observed();
    expect(await the.send(id, increase(2), { seen }, parts)).toMatchObject({
      version: 2,
      state: { total: 2 },
    });
    expect(counts).toEqual({ PutCommand: 1 });
  });

  test('is decided on what the stream is by now where it has moved on', async () => {
    const id = await the.opened();
    const seen = await seenOf(id);
    await the.send(id, increase(995));
    const { parts, counts, outcomes } = the.observed();
    expect(await the.send(id, increase(2), { seen }, parts)).toMatchObject({
      version: 3,
      state: { total: 997 },
    });
    expect(counts).toEqual({ PutCommand: 2, QueryCommand: 1 });
    expect(outcomes).toEqual({ CommandConflicts: 1 });
    await expect(the.send(id, increase(6), { seen })).rejects.toMatchObject({ rule: 'limit_exceeded' });
  });

  test('is answered with nothing or a rule only of what the stream is by now', async () => {
    const id = await the.opened();
    const none = await seenOf(randomUUID());
    expect(await the.send(id, increase(2), { seen: none })).toMatchObject({
      version: 2,
      state: { total: 2 },
    });
    const state = { status: 'open' as const, keeperId: 'ada', limit: 1, total: 0 };
    const full = { ...(await seenOf(id)), state };
    expect(await the.send(id, increase(2), { seen: full })).toMatchObject({
      version: 3,
      state: { total: 4 },
    });
  });

  test('is answered as the first time where the stream that was read holds it', async () => {
    const id = await the.opened();
    const metadata = by('seen-before');
    const first = await the.send(id, increase(2), { metadata });
    const seen = await seenOf(id);
    const { parts, counts } = the.observed();
    expect(await the.send(id, increase(2), { metadata, seen }, parts)).toEqual({ ...first, repeated: true });
    expect(counts).toEqual({});
  });
});
