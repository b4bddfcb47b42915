import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Runtime } from '#kit/config/runtime.ts';
import { MAX_ATTEMPTS } from '#kit/event-store/handle-command.ts';
import type { CounterCommand } from '#tests/support/counter/counter.ts';
import { by, type CounterCommands, increase, start, startCounterCommands } from './counter-commands.ts';

let the: CounterCommands;
beforeAll(async () => {
  the = await startCounterCommands();
});
afterAll(() => the.data.stop());

describe('A repeat', () => {
  test('is answered as the first time, also after the stream went on', async () => {
    const id = await the.opened();
    const metadata = by();
    const many: CounterCommand = { type: 'increase-often', amounts: [1, 2] };
    const first = await the.send(id, many, { metadata });
    await the.send(id, { type: 'close', reason: 'full' });
    const { parts, outcomes, counts } = the.observed();
    expect(await the.send(id, many, { metadata }, parts)).toEqual({ ...first, repeated: true });
    expect(outcomes).toEqual({ CommandsRepeated: 1 });
    expect(counts).toEqual({ QueryCommand: 1 });
    expect(await the.streamOf(id)).toHaveLength(4);
  });

  test('of a creation needs no read where the stream holds just that, and a read where it went on', async () => {
    const id = randomUUID();
    const creation = { creates: true, metadata: by() };
    const first = await the.send(id, start, creation);
    const again = the.observed();
    expect(await the.send(id, start, creation, again.parts)).toEqual({ ...first, repeated: true });
    expect(again.counts).toEqual({ PutCommand: 1 });
    const other = the.observed();
    await expect(the.send(id, start, { creates: true }, other.parts)).rejects.toMatchObject({
      rule: 'counter_already_started',
    });
    expect(other.counts).toEqual({ PutCommand: 1, QueryCommand: 1 });
  });

  test('with another payload is refused, and says so', async () => {
    const id = await the.opened();
    const metadata = by();
    await the.send(id, increase(1), { metadata });
    const changed = { metadata: by(metadata.commandId, 'another') };
    const { parts, outcomes } = the.observed();
    await expect(the.send(id, increase(2), changed, parts)).rejects.toMatchObject({
      name: 'CommandIdReused',
    });
    expect(outcomes).toEqual({ CommandsRejected: 1 });
    expect(await the.streamOf(id)).toHaveLength(2);
  });

  test('of twenty equal creations at once makes one event and twenty equal answers', async () => {
    const id = randomUUID();
    const creation = { creates: true, metadata: by() };
    const results = await Promise.all(Array.from({ length: 20 }, () => the.send(id, start, creation)));
    expect(results.filter(({ repeated }) => !repeated)).toHaveLength(1);
    for (const result of results)
      expect({ ...result, repeated: true }).toEqual({ ...results[0], repeated: true });
    expect(await the.streamOf(id)).toHaveLength(1);
  });
});

describe('The version that the caller saw', () => {
  test('must be the one that there is, or one of several', async () => {
    const id = await the.opened();
    expect(await the.send(id, increase(1), { expectedVersions: [1] })).toMatchObject({ version: 2 });
    const { parts, outcomes } = the.observed();
    await expect(the.send(id, increase(1), { expectedVersions: [1] }, parts)).rejects.toMatchObject({
      name: 'VersionMismatch',
      message: `counter-${id} is at version 2, not 1`,
    });
    expect(outcomes).toEqual({ CommandsRejected: 1 });
    expect(await the.send(id, increase(1), { expectedVersions: [1, 2] })).toMatchObject({ version: 3 });
  });

  test('does not matter to a repeat that itself outdated it', async () => {
    const id = await the.opened();
    const sent = { expectedVersions: [1], metadata: by() };
    const first = await the.send(id, increase(1), sent);
    expect(await the.send(id, increase(1), sent)).toEqual({ ...first, repeated: true });
  });

  test('of a stream that does not exist gives way to what the domain says', async () => {
    await expect(the.send(randomUUID(), increase(1), { expectedVersions: [3] })).rejects.toMatchObject({
      rule: 'counter_not_found',
    });
    await expect(the.send(randomUUID(), start, { expectedVersions: [3] })).rejects.toMatchObject({
      name: 'VersionMismatch',
    });
  });

  test('sent by ten at once is taken from one of them', async () => {
    const id = await the.opened();
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => the.send(id, increase(index + 1), { expectedVersions: [1] })),
    );
    const refused = results.flatMap((one) => (one.status === 'rejected' ? [one.reason.name] : []));
    expect(refused).toEqual(Array.from({ length: 9 }, () => 'VersionMismatch'));
    expect(await the.streamOf(id)).toHaveLength(2);
  });
});

describe('A lost race', () => {
  /** Before each write of ours somebody else appends, so many times. */
  const beaten = (id: string, times: number) => {
    const seen = the.observed(async (command, count) => {
      if (command === 'PutCommand' && count <= times) await the.send(id, increase(10));
    });
    return seen;
  };

  test('is decided anew on the new state', async () => {
    const id = await the.opened();
    const slept: number[] = [];
    const { parts, outcomes } = beaten(id, 2);
    const sleep = async (ms: number) => {
      slept.push(ms);
    };
    expect(await the.send(id, increase(1), {}, { ...parts, sleep })).toMatchObject({
      version: 4,
      state: { total: 21 },
    });
    expect(outcomes).toEqual({ CommandConflicts: 2 });
    expect(slept).toHaveLength(2);
  });

  test('may break a rule that the first try did not', async () => {
    const id = await the.opened();
    const { parts, outcomes } = beaten(id, 1);
    await expect(the.send(id, increase(995), {}, parts)).rejects.toMatchObject({ rule: 'limit_exceeded' });
    expect(outcomes).toMatchObject({ CommandConflicts: 1, CommandsRejected: 1 });
  });

  test('is given up after eight tries', async () => {
    const id = await the.opened();
    const { parts, counts } = beaten(id, Number.POSITIVE_INFINITY);
    await expect(the.send(id, increase(1), {}, parts)).rejects.toMatchObject({ name: 'ConcurrencyConflict' });
    expect(counts).toEqual({ QueryCommand: MAX_ATTEMPTS, PutCommand: MAX_ATTEMPTS });
  });

  test('of twenty at once is lost by nobody for good: each counts once', async () => {
    const id = await the.opened();
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => the.send(id, increase(1))));
    const taken = results.filter(({ status }) => status === 'fulfilled').length;
    const stream = await the.streamOf(id);
    expect(stream.map(({ version }) => version)).toEqual(stream.map((_, index) => index + 1));
    expect(stream).toHaveLength(1 + taken);
    const causes = stream.slice(1).map(({ metadata }) => metadata.commandId);
    expect(new Set(causes).size).toBe(taken);
  });

  test('of an answer that was lost is none: the repeat of the put finds its own event', async () => {
    const id = await the.opened();
    let lost = 0;
    const twice = async (command: { constructor: { name: string } }) => {
      const answer = await the.data.dynamo.send(command as never);
      if (command.constructor.name !== 'PutCommand' || lost++ > 0) return answer;
      return the.data.dynamo.send(command as never);
    };
    const dynamo = { send: twice } as unknown as Runtime['dynamo'];
    expect(await the.send(id, increase(1), {}, { dynamo })).toMatchObject({ version: 2, repeated: false });
    expect(lost).toBe(1);
    expect(await the.streamOf(id)).toHaveLength(2);
  });

  test('of an answer that was lost for good is found by the repeat of the command', async () => {
    const id = await the.opened();
    const metadata = by();
    const silent = async (command: { constructor: { name: string } }) => {
      const answer = await the.data.dynamo.send(command as never);
      if (command.constructor.name === 'PutCommand') throw new Error('socket hang up');
      return answer;
    };
    const dynamo = { send: silent } as unknown as Runtime['dynamo'];
    await expect(the.send(id, increase(1), { metadata }, { dynamo })).rejects.toThrow('socket hang up');
    expect(await the.send(id, increase(1), { metadata })).toMatchObject({ version: 2, repeated: true });
    expect(await the.streamOf(id)).toHaveLength(2);
  });
});
