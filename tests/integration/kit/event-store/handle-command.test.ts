import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Runtime, RuntimeParts } from '#kit/config/runtime.ts';
import { MAX_EVENTS_PER_COMMAND } from '#kit/event-store/append.ts';
import { type CommandRequest, handleCommand, MAX_ATTEMPTS } from '#kit/event-store/handle-command.ts';
import { load } from '#kit/event-store/load.ts';
import type { Aggregate } from '#kit/events/aggregate.ts';
import {
  type CounterCommand,
  type CounterEvent,
  type CounterState,
  counterAggregate,
} from '#tests/support/counter/counter.ts';
import { startCounters } from '#tests/support/counter/data.ts';
import { counterStream } from '#tests/support/counter/streams.ts';
import { noMetrics } from '#tests/support/no-metrics.ts';
import { type Tables, watched } from '#tests/support/tables.ts';

let data: Tables;
beforeAll(async () => {
  data = await startCounters();
});
afterAll(() => data.stop());

type Request = CommandRequest<CounterState, CounterCommand>;

const by = (commandId: string = randomUUID(), commandHash = 'hash') => ({
  userId: 'ada',
  correlationId: 'correlation-1',
  causationId: 'request-1',
  commandId,
  commandHash,
});

const start: CounterCommand = { type: 'start', keeperId: 'ada', limit: 1_000 };
const increase = (amount: number): CounterCommand => ({ type: 'increase', by: amount });

const send = (
  aggregateId: string,
  command: CounterCommand,
  more: Partial<Request> = {},
  parts: RuntimeParts = {},
) => handleCommand(data.runtime(parts), counterAggregate, { aggregateId, command, metadata: by(), ...more });

const streamOf = (id: string) => load(data.runtime(), `counter-${id}`);

/** An open counter of its own, by its id. */
async function opened(): Promise<string> {
  const id = randomUUID();
  await send(id, start, { creates: true });
  return id;
}

/** What was counted of outcomes, and how DynamoDB was called. */
function observed(interfere?: Parameters<typeof watched>[1]) {
  const outcomes: Record<string, number> = {};
  const count = (name: string, value = 1) => {
    outcomes[name] = (outcomes[name] ?? 0) + value;
  };
  const { dynamo, counts } = watched(data.dynamo, interfere);
  return { parts: { dynamo, metrics: { ...noMetrics, count } }, outcomes, counts };
}

describe('A command', () => {
  test('that creates is one put; its event says who, why and when, and stands at version 1', async () => {
    const id = randomUUID();
    const { parts, counts, outcomes } = observed();
    const metadata = by('command-1');
    const now = Date.UTC(2026, 4, 1);
    const result = await send(id, start, { creates: true, metadata }, { ...parts, now: () => now });
    expect(counts).toEqual({ PutCommand: 1 });
    expect(outcomes).toEqual({ CommandsAccepted: 1, EventsAppended: 1 });
    const stored = await streamOf(id);
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
    const id = await opened();
    const { parts, counts } = observed();
    expect(await send(id, increase(2), {}, parts)).toMatchObject({ version: 2, state: { total: 2 } });
    expect(counts).toEqual({ QueryCommand: 1, PutCommand: 1 });
    const many: CounterCommand = { type: 'increase-often', amounts: [1, 2, 3] };
    expect(await send(id, many, {}, parts)).toMatchObject({ version: 5, state: { total: 8 } });
    expect(counts).toEqual({ QueryCommand: 2, PutCommand: 1, TransactWriteCommand: 1 });
    const stream = await streamOf(id);
    expect(stream.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
    const ids = stream.map(({ eventId }) => eventId);
    expect(ids).toEqual(ids.toSorted());
  });

  test('that already holds appends nothing', async () => {
    const id = await opened();
    const { parts, counts } = observed();
    const result = await send(id, increase(0), {}, parts);
    expect(result).toMatchObject({ version: 1, events: [], repeated: false });
    expect(counts).toEqual({ QueryCommand: 1 });
  });

  test.each<[string, string, CounterCommand]>([
    ['counter_not_found', 'not-found', increase(1)],
    ['limit_exceeded', 'invalid-input', increase(1_001)],
    ['counter_already_started', 'conflict', start],
  ])('that breaks the rule %s is rejected, and appends nothing', async (rule, kind, command) => {
    const id = rule === 'counter_not_found' ? randomUUID() : await opened();
    const before = await streamOf(id);
    const { parts, outcomes } = observed();
    await expect(send(id, command, {}, parts)).rejects.toMatchObject({ name: 'CommandRejected', rule, kind });
    expect(outcomes).toEqual({ CommandsRejected: 1 });
    expect(await streamOf(id)).toEqual(before);
  });

  test('of more events than a transaction takes appends none of them', async () => {
    const id = await opened();
    const amounts = Array.from({ length: MAX_EVENTS_PER_COMMAND + 1 }, () => 1);
    await expect(send(id, { type: 'increase-often', amounts })).rejects.toMatchObject({
      name: 'AppendTooLarge',
    });
    expect(await streamOf(id)).toHaveLength(1);
  });

  test('whose event its own schema does not take fails before anything is appended', async () => {
    const id = await opened();
    await expect(send(id, increase(0.5))).rejects.toMatchObject({ name: 'InvalidEventData' });
    const careless: Aggregate<CounterState, CounterCommand, CounterEvent> = {
      ...counterAggregate,
      decide: () => [{ eventType: 'CounterIncreased', data: { by: 1, why: 'no field' } as { by: number } }],
    };
    const request = { aggregateId: id, command: increase(1), metadata: by() };
    await expect(handleCommand(data.runtime(), careless, request)).rejects.toMatchObject({
      name: 'InvalidEventData',
      problems: [{ path: 'why', message: 'is not a field of this event' }],
    });
    expect(await streamOf(id)).toHaveLength(1);
  });

  test('on a stream that this code cannot read or fold fails', async () => {
    const [first, second] = counterStream(randomUUID(), '2026-05-01T00:00:00.000Z');
    await data.store([first, { ...second, schemaVersion: 99 }] as never);
    await expect(send(first?.aggregateId ?? '', increase(1))).rejects.toMatchObject({
      name: 'NewerSchemaVersion',
    });
    const [, alone] = counterStream(randomUUID(), '2026-05-01T00:00:00.000Z');
    await data.store([{ ...alone, version: 1 }] as never);
    await expect(send(alone?.aggregateId ?? '', increase(1))).rejects.toMatchObject({
      name: 'InvalidEventSequence',
    });
  });
});

describe('A repeat', () => {
  test('is answered as the first time, also after the stream went on', async () => {
    const id = await opened();
    const metadata = by();
    const many: CounterCommand = { type: 'increase-often', amounts: [1, 2] };
    const first = await send(id, many, { metadata });
    await send(id, { type: 'close', reason: 'full' });
    const { parts, outcomes, counts } = observed();
    expect(await send(id, many, { metadata }, parts)).toEqual({ ...first, repeated: true });
    expect(outcomes).toEqual({ CommandsRepeated: 1 });
    expect(counts).toEqual({ QueryCommand: 1 });
    expect(await streamOf(id)).toHaveLength(4);
  });

  test('of a creation needs no read where the stream holds just that, and a read where it went on', async () => {
    const id = randomUUID();
    const creation = { creates: true, metadata: by() };
    const first = await send(id, start, creation);
    const again = observed();
    expect(await send(id, start, creation, again.parts)).toEqual({ ...first, repeated: true });
    expect(again.counts).toEqual({ PutCommand: 1 });
    const other = observed();
    await expect(send(id, start, { creates: true }, other.parts)).rejects.toMatchObject({
      rule: 'counter_already_started',
    });
    expect(other.counts).toEqual({ PutCommand: 1, QueryCommand: 1 });
  });

  test('with another payload is refused, and says so', async () => {
    const id = await opened();
    const metadata = by();
    await send(id, increase(1), { metadata });
    const changed = { metadata: by(metadata.commandId, 'another') };
    const { parts, outcomes } = observed();
    await expect(send(id, increase(2), changed, parts)).rejects.toMatchObject({ name: 'CommandIdReused' });
    expect(outcomes).toEqual({ CommandsRejected: 1 });
    expect(await streamOf(id)).toHaveLength(2);
  });

  test('of twenty equal creations at once makes one event and twenty equal answers', async () => {
    const id = randomUUID();
    const creation = { creates: true, metadata: by() };
    const results = await Promise.all(Array.from({ length: 20 }, () => send(id, start, creation)));
    expect(results.filter(({ repeated }) => !repeated)).toHaveLength(1);
    for (const result of results)
      expect({ ...result, repeated: true }).toEqual({ ...results[0], repeated: true });
    expect(await streamOf(id)).toHaveLength(1);
  });
});

describe('The version that the caller saw', () => {
  test('must be the one that there is, or one of several', async () => {
    const id = await opened();
    expect(await send(id, increase(1), { expectedVersions: [1] })).toMatchObject({ version: 2 });
    const { parts, outcomes } = observed();
    await expect(send(id, increase(1), { expectedVersions: [1] }, parts)).rejects.toMatchObject({
      name: 'VersionMismatch',
      message: `counter-${id} is at version 2, not 1`,
    });
    expect(outcomes).toEqual({ CommandsRejected: 1 });
    expect(await send(id, increase(1), { expectedVersions: [1, 2] })).toMatchObject({ version: 3 });
  });

  test('does not matter to a repeat that itself outdated it', async () => {
    const id = await opened();
    const sent = { expectedVersions: [1], metadata: by() };
    const first = await send(id, increase(1), sent);
    expect(await send(id, increase(1), sent)).toEqual({ ...first, repeated: true });
  });

  test('of a stream that does not exist gives way to what the domain says', async () => {
    await expect(send(randomUUID(), increase(1), { expectedVersions: [3] })).rejects.toMatchObject({
      rule: 'counter_not_found',
    });
    await expect(send(randomUUID(), start, { expectedVersions: [3] })).rejects.toMatchObject({
      name: 'VersionMismatch',
    });
  });

  test('sent by ten at once is taken from one of them', async () => {
    const id = await opened();
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => send(id, increase(index + 1), { expectedVersions: [1] })),
    );
    const refused = results.flatMap((one) => (one.status === 'rejected' ? [one.reason.name] : []));
    expect(refused).toEqual(Array.from({ length: 9 }, () => 'VersionMismatch'));
    expect(await streamOf(id)).toHaveLength(2);
  });
});

describe('Who may not touch an aggregate', () => {
  const ownerOnly = (state: CounterState) => {
    if (state.status !== 'none' && state.keeperId !== 'bob') throw new Error('not yours');
  };

  test('learns nothing of it: not a rule, not its version, not a repeat', async () => {
    const id = await opened();
    const metadata = by();
    await send(id, increase(1), { metadata });
    const asked: Partial<Request>[] = [{}, { expectedVersions: [9] }, { metadata }, { creates: true }];
    for (const more of asked) {
      const command = more.creates ? start : increase(5_000);
      await expect(send(id, command, { ...more, authorize: ownerOnly })).rejects.toThrow('not yours');
    }
    expect(await streamOf(id)).toHaveLength(2);
  });

  test('is not asked about what does not exist', async () => {
    const refuse = () => {
      throw new Error('not yours');
    };
    await expect(send(randomUUID(), increase(1), { authorize: refuse })).rejects.toMatchObject({
      rule: 'counter_not_found',
    });
    expect(await send(randomUUID(), start, { creates: true, authorize: refuse })).toMatchObject({
      version: 1,
    });
  });
});

describe('A lost race', () => {
  /** Before each write of ours somebody else appends, so many times. */
  const beaten = (id: string, times: number) => {
    const seen = observed(async (command, count) => {
      if (command === 'PutCommand' && count <= times) await send(id, increase(10));
    });
    return seen;
  };

  test('is decided anew on the new state', async () => {
    const id = await opened();
    const slept: number[] = [];
    const { parts, outcomes } = beaten(id, 2);
    const sleep = async (ms: number) => {
      slept.push(ms);
    };
    expect(await send(id, increase(1), {}, { ...parts, sleep })).toMatchObject({
      version: 4,
      state: { total: 21 },
    });
    expect(outcomes).toMatchObject({ CommandConflicts: 2, CommandsAccepted: 1 });
    expect(slept).toHaveLength(2);
  });

  test('may break a rule that the first try did not', async () => {
    const id = await opened();
    const { parts, outcomes } = beaten(id, 1);
    await expect(send(id, increase(995), {}, parts)).rejects.toMatchObject({ rule: 'limit_exceeded' });
    expect(outcomes).toMatchObject({ CommandConflicts: 1, CommandsRejected: 1 });
  });

  test('is given up after eight tries', async () => {
    const id = await opened();
    const { parts, counts } = beaten(id, Number.POSITIVE_INFINITY);
    await expect(send(id, increase(1), {}, parts)).rejects.toMatchObject({ name: 'ConcurrencyConflict' });
    expect(counts).toEqual({ QueryCommand: MAX_ATTEMPTS, PutCommand: MAX_ATTEMPTS });
  });

  test('of twenty at once is lost by nobody for good: each counts once', async () => {
    const id = await opened();
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => send(id, increase(1))));
    const taken = results.filter(({ status }) => status === 'fulfilled').length;
    const stream = await streamOf(id);
    expect(stream.map(({ version }) => version)).toEqual(stream.map((_, index) => index + 1));
    expect(stream).toHaveLength(1 + taken);
    const causes = stream.slice(1).map(({ metadata }) => metadata.commandId);
    expect(new Set(causes).size).toBe(taken);
  });

  test('of an answer that was lost is none: the repeat of the put finds its own event', async () => {
    const id = await opened();
    let lost = 0;
    const twice = async (command: { constructor: { name: string } }) => {
      const answer = await data.dynamo.send(command as never);
      if (command.constructor.name !== 'PutCommand' || lost++ > 0) return answer;
      return data.dynamo.send(command as never);
    };
    const dynamo = { send: twice } as unknown as Runtime['dynamo'];
    expect(await send(id, increase(1), {}, { dynamo })).toMatchObject({ version: 2, repeated: false });
    expect(lost).toBe(1);
    expect(await streamOf(id)).toHaveLength(2);
  });

  test('of an answer that was lost for good is found by the repeat of the command', async () => {
    const id = await opened();
    const metadata = by();
    const silent = async (command: { constructor: { name: string } }) => {
      const answer = await data.dynamo.send(command as never);
      if (command.constructor.name === 'PutCommand') throw new Error('socket hang up');
      return answer;
    };
    const dynamo = { send: silent } as unknown as Runtime['dynamo'];
    await expect(send(id, increase(1), { metadata }, { dynamo })).rejects.toThrow('socket hang up');
    expect(await send(id, increase(1), { metadata })).toMatchObject({ version: 2, repeated: true });
    expect(await streamOf(id)).toHaveLength(2);
  });
});
