import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Runtime, RuntimeParts } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { load } from '#kit/event-store/load.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { commandTo, issue, type Policy, stateOf } from '#kit/events/policy.ts';
import { createEffectConsumer } from '#kit/messaging/effect-consumer.ts';
import { isFulfilled, planPolicy } from '#kit/messaging/plan-policy.ts';
import { createPolicyConsumer } from '#kit/messaging/run-policy.ts';
import { createCheckReads } from '#kit/operations/check-reads.ts';
import {
  type CounterCommand,
  counterAggregate,
  type StoredCounterEvent,
} from '#tests/support/counter/counter.ts';
import { startCounters } from '#tests/support/counter/data.ts';
import { relay } from '#tests/support/counter/relay.ts';
import { counterStream } from '#tests/support/counter/streams.ts';
import { killedAtEveryCall } from '#tests/support/killed.ts';
import { silentLogger } from '#tests/support/silent-logger.ts';
import { sqsEvent } from '#tests/support/sqs-event.ts';
import { createIdempotencyTable, type Tables, watched } from '#tests/support/tables.ts';

let data: Tables;
let idempotencyTable: string;
beforeAll(async () => {
  data = await startCounters();
  idempotencyTable = await createIdempotencyTable();
});
afterAll(() => data.stop());

const sqs = { send: async () => ({}) } as unknown as Runtime['sqs'];
const runtime = (parts: RuntimeParts = {}) =>
  data.runtime({
    sqs,
    ...parts,
    settings: {
      CONSUMER: 'relay',
      QUEUE_URL: 'http://queue',
      RETRY_BASE_SECONDS: '0',
      IDEMPOTENCY_TABLE: idempotencyTable,
    },
  });

/** The policy of the counters, with a sum of the test's own. */
function newRelay() {
  const id = randomUUID();
  const sum = `sum-${id}`;
  const on = relay(sum);
  const stream = counterStream(id, '2026-03-01T10:00:00.000Z');
  const [started, second, third, closed] = stream;
  if (!started || !second || !third || !closed) throw new Error('four events');
  const command = (aggregateId: string, one: CounterCommand) =>
    handleCommand(data.runtime(), counterAggregate, {
      aggregateId,
      command: one,
      metadata: { userId: 'test', correlationId: 'c', causationId: 'e', commandId: randomUUID() },
    });
  const typesOf = async (counterId: string) =>
    (await load(data.runtime(), `counter-${counterId}`)).map(({ eventType }) => eventType);
  return {
    policy: on,
    started,
    increases: [second, third],
    closed,
    copy: () => load(data.runtime(), `counter-${id}-copy`),
    copyTypes: () => typesOf(`${id}-copy`),
    sumTypes: () => typesOf(sum),
    /** What another consumer or a person does to the sum. */
    storeSum: (events: number) => data.store(counterStream(sum, '2026-03-01T09:00:00.000Z', events)),
    closeSum: () => command(sum, { type: 'close', reason: 'test' }),
    increaseCopy: () => command(`${id}-copy`, { type: 'increase', by: 1 }),
    deliver: (events: readonly StoredEvent[], parts?: RuntimeParts) =>
      createPolicyConsumer(runtime(parts), on)(sqsEvent(events)),
  };
}

const HANDLED = { batchItemFailures: [] };

describe('A consumer with a policy', () => {
  test('issues each command once, however often the event arrives and from however many at once', async () => {
    const { deliver, started, increases, copy, storeSum, sumTypes } = newRelay();
    await storeSum(1);
    expect(await deliver([started, started])).toEqual(HANDLED);
    await Promise.all([1, 2, 3].map(() => deliver(increases)));
    expect(await deliver([...increases, started])).toEqual(HANDLED);
    expect(await copy()).toMatchObject([
      {
        eventType: 'CounterStarted',
        metadata: {
          userId: 'consumer:relay',
          causationId: started.eventId,
          correlationId: started.metadata.correlationId,
        },
      },
      { eventType: 'CounterIncreased' },
      { eventType: 'CounterIncreased' },
    ]);
    expect(await sumTypes()).toEqual(['CounterStarted', 'CounterIncreased', 'CounterIncreased']);
  });

  test('lets the commands of a batch to one stream wait for each other: none loses a race', async () => {
    const { deliver, started, increases, storeSum } = newRelay();
    await storeSum(1);
    await deliver([started]);
    const { dynamo, counts } = watched(data.dynamo);
    expect(await deliver(increases, { dynamo })).toEqual(HANDLED);
    expect(counts).toEqual({ QueryCommand: 4, PutCommand: 4 });
  });

  test('reads nothing before a command that starts a stream', async () => {
    const { deliver, started } = newRelay();
    const { dynamo, counts } = watched(data.dynamo);
    await deliver([started], { dynamo });
    expect(counts).toEqual({ PutCommand: 1 });
  });

  test('goes another way where a command breaks a rule that it may break, and warns', async () => {
    const { deliver, started, increases, copyTypes, sumTypes, storeSum } = newRelay();
    await storeSum(3);
    await deliver([started]);
    const logger = silentLogger();
    const warned = jest.spyOn(logger, 'warn');
    for (const event of [...increases, ...increases]) {
      await deliver([{ ...event, data: { by: 9 } }], { logger });
    }
    expect(await sumTypes()).toEqual([
      'CounterStarted',
      'CounterIncreased',
      'CounterIncreased',
      'CounterClosed',
    ]);
    expect((await copyTypes()).slice(-1)).toEqual(['CounterClosed']);
    expect(warned.mock.calls[0]).toEqual([
      'sum is full',
      expect.objectContaining({ rule: 'limit_exceeded', eventType: 'CounterIncreased' }),
    ]);
  });

  test('lets a message come back whose command breaks another rule, and only that', async () => {
    const { deliver, started, increases, storeSum, copyTypes } = newRelay();
    const [increase] = increases;
    if (!increase) throw new Error('no increase');
    await storeSum(1);
    expect(await deliver([increase])).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    await deliver([started, increase]);
    await deliver([increase]);
    expect(await copyTypes()).toEqual(['CounterStarted', 'CounterIncreased']);
  });

  test('issues a command with a condition only while that holds', async () => {
    const { deliver, started, closed, storeSum, copyTypes } = newRelay();
    await deliver([started]);
    expect(await deliver([closed])).toEqual(HANDLED);
    expect(await copyTypes()).toEqual(['CounterStarted']);
    await storeSum(1);
    expect(await deliver([closed])).toEqual(HANDLED);
    expect(await copyTypes()).toEqual(['CounterStarted', 'CounterClosed']);
  });

  test('reads what a condition goes by between the load and the append, and again after a lost race', async () => {
    const { deliver, started, closed, storeSum, closeSum, copyTypes, increaseCopy } = newRelay();
    await deliver([started]);
    await storeSum(1);
    // The policy reads the copy; its command the sum. Then somebody else closes the sum, and is first.
    const { dynamo, counts } = watched(data.dynamo, async (command, count) => {
      if (command !== 'PutCommand' || count > 1) return;
      await closeSum();
      await increaseCopy();
    });
    expect(await deliver([closed], { dynamo })).toEqual(HANDLED);
    expect(counts).toEqual({ QueryCommand: 4, PutCommand: 1 });
    expect(await copyTypes()).toEqual(['CounterStarted', 'CounterIncreased']);
  });

  test('that is killed at any call finishes with the next delivery; the plan tells whether it has', async () => {
    const calls = await killedAtEveryCall(data.dynamo, async (dynamo) => {
      const one = newRelay();
      const [increase] = one.increases;
      if (!increase) throw new Error('no increase');
      await one.storeSum(1);
      await one.deliver([one.started]);
      const event = { ...increase, data: { by: 10 } } as StoredCounterEvent;
      const plan = async () =>
        planPolicy(data.runtime(), one.policy, event, createCheckReads(data.runtime()));
      expect(isFulfilled(await plan())).toBe(false);
      await one.deliver([event], { dynamo });
      expect(await one.deliver([event])).toEqual(HANDLED);
      expect(isFulfilled(await plan())).toBe(true);
      expect((await plan()).map(({ status }) => status)).toEqual(['done', 'done']);
      expect(await one.copyTypes()).toEqual(['CounterStarted', 'CounterIncreased']);
      expect(await one.sumTypes()).toEqual(['CounterStarted', 'CounterIncreased']);
    });
    // A query and a put for each of two commands.
    expect(calls).toBe(4);
  });

  test('may be made for each message, of settings that are read only then', async () => {
    const { policy, started } = newRelay();
    const made = jest.fn(() => policy);
    const consume = createPolicyConsumer(runtime(), made);
    expect(made).not.toHaveBeenCalled();
    expect(await consume(sqsEvent([started]))).toEqual(HANDLED);
    expect(made).toHaveBeenCalledTimes(1);
  });
});

describe('A consumer with effects outside', () => {
  const policy: Policy<StoredCounterEvent, string | undefined> = {
    consumer: 'relay',
    on: {
      *CounterStarted({ aggregateId, data }) {
        const { status } = yield* stateOf(counterAggregate, aggregateId);
        return `${data.keeperId}: ${status}`;
      },
      CounterIncreased: () => undefined,
    },
  };
  const lasting = { getRemainingTimeInMillis: () => 60_000 };

  test('has the effect of an event once, and none where the policy says so', async () => {
    const stream = counterStream(randomUUID(), '2026-03-01T10:00:00.000Z');
    await data.store(stream.slice(0, 1));
    const perform = jest.fn(async () => undefined);
    const { dynamo, counts } = watched(data.dynamo);
    const consume = createEffectConsumer(runtime({ dynamo }), policy, { once: perform });
    expect(await consume(sqsEvent(stream), lasting)).toEqual(HANDLED);
    expect(await consume(sqsEvent(stream), lasting)).toEqual(HANDLED);
    expect(perform.mock.calls).toEqual([['ada: open', expect.objectContaining({ version: 1 })]]);
    // A state for each delivery; nothing is written down about an event without an effect.
    expect(counts.QueryCommand).toBe(2);
    expect(counts.UpdateItemCommand).toBe(1);
  });

  test('has what is repeatable after that, at each delivery, and makes up for it where it failed', async () => {
    const stream = counterStream(randomUUID(), '2026-03-01T10:00:00.000Z', 1);
    await data.store(stream);
    const did: string[] = [];
    const once = async () => void did.push('once');
    const repeatable = jest.fn(async () => void did.push('repeatable'));
    const consume = createEffectConsumer(runtime(), policy, { once, repeatable });
    repeatable.mockRejectedValueOnce(new Error('throttled'));
    expect(await consume(sqsEvent(stream), lasting)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }],
    });
    expect(did).toEqual(['once']);
    expect(await consume(sqsEvent(stream), lasting)).toEqual(HANDLED);
    expect(await consume(sqsEvent(stream), lasting)).toEqual(HANDLED);
    expect(did).toEqual(['once', 'repeatable', 'repeatable']);
  });

  test('does nothing repeatable where the first effect failed', async () => {
    const stream = counterStream(randomUUID(), '2026-03-01T10:00:00.000Z', 1);
    await data.store(stream);
    const repeatable = jest.fn(async () => undefined);
    const once = async () => {
      throw new Error('refused');
    };
    const consume = createEffectConsumer(runtime(), policy, { once, repeatable });
    expect(await consume(sqsEvent(stream), lasting)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }],
    });
    expect(repeatable).not.toHaveBeenCalled();
  });

  test('issues no commands', async () => {
    const issues: Policy<StoredCounterEvent, string | undefined> = {
      consumer: 'relay',
      on: {
        *CounterStarted({ aggregateId }) {
          yield* issue(commandTo(counterAggregate, aggregateId, { type: 'close', reason: 'x' }));
          return 'sent';
        },
      },
    };
    const stream = counterStream(randomUUID(), '2026-03-01T10:00:00.000Z', 1);
    await data.store(stream);
    const perform = jest.fn(async () => undefined);
    const consume = createEffectConsumer(runtime(), issues, { once: perform });
    expect(await consume(sqsEvent(stream), lasting)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }],
    });
    expect(perform).not.toHaveBeenCalled();
  });
});
