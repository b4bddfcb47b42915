import { describe, expect, test } from '@jest/globals';
import { type AnyAggregate, commandTo, type Policy } from '#kit/events/policy.ts';
import { consumerMetadata } from '#kit/messaging/consumer-command.ts';
import { isFulfilled, planPolicy } from '#kit/messaging/plan-policy.ts';
import { counterApplication } from '#tests/support/counter/application.ts';
import {
  type CounterEvent,
  counterAggregate,
  type StoredCounterEvent,
} from '#tests/support/counter/counter.ts';
import { relay as relayTo } from '#tests/support/counter/relay.ts';
import { counterLife, counterStream } from '#tests/support/counter/streams.ts';
import { planned } from '#tests/support/policies.ts';
import { storedStreamAt } from '#tests/support/stored-stream.ts';

const relay = relayTo('sum');
const AT = '2026-05-01T12:00:00.000Z';
const [started, increased, , closed] = counterStream('c1', AT);
if (!started || !increased || !closed) throw new Error('no events');

const [begun] = counterLife();
const streamOf = (counterId: string, ...more: CounterEvent[]) =>
  storedStreamAt(counterApplication.registry, AT, 'counter', counterId, [begun as CounterEvent, ...more]);
const by = (amount: number): CounterEvent => ({ eventType: 'CounterIncreased', data: { by: amount } });

const plan = (event: StoredCounterEvent, ...streams: ReturnType<typeof streamOf>[]) =>
  planned(counterApplication, relay, event, { streams });

const increase = { type: 'increase', by: 2 };
const close = (reason: string) => ({ type: 'close', reason });

describe('A plan of a policy', () => {
  test('tells a command that is due, one that is not needed, and one that may be rejected', async () => {
    const start = { type: 'start', keeperId: 'ada', limit: 10 };
    expect(await plan(started)).toEqual([['counter-c1-copy due', start]]);
    expect(await plan(started, streamOf('c1-copy'))).toEqual([
      ['counter-c1-copy tolerated', start, 'counter_already_started'],
    ]);
    const closing = { type: 'close', reason: 'closed' };
    const shut: CounterEvent = { eventType: 'CounterClosed', data: { reason: 'full' } };
    expect(await plan(closed, streamOf('sum'), streamOf('c1-copy', shut))).toEqual([
      ['counter-c1-copy unneeded', closing],
    ]);
  });

  test('knows a command by its id, whatever the stream has become since', async () => {
    const [first, second, ...rest] = streamOf('c1-copy', by(2), by(3));
    if (!first || !second) throw new Error('no events');
    const metadata = consumerMetadata(
      { application: counterApplication },
      'relay',
      increased,
      'counter-c1-copy',
      increase,
    );
    const own = { ...second, metadata: { ...second.metadata, ...metadata } };
    expect(await plan(increased, [first, own, ...rest], streamOf('sum'))).toEqual([
      ['counter-c1-copy done', increase],
      ['counter-sum due', increase],
    ]);
  });

  test('goes on with the outcome of a command, also of one that is only planned', async () => {
    expect(await plan(increased, streamOf('c1-copy'), streamOf('sum', by(9)))).toEqual([
      ['counter-c1-copy due', increase],
      ['counter-sum tolerated', increase, 'limit_exceeded'],
      ['counter-sum due', close('full')],
      ['counter-c1-copy due', close('full')],
    ]);
  });

  test('ends where a command is rejected that must not be, with the others of its step', async () => {
    expect(await plan(increased, streamOf('sum'))).toEqual([
      ['counter-c1-copy rejected', increase, 'counter_not_found'],
    ]);
    const both: Policy<StoredCounterEvent> = {
      consumer: 'relay',
      on: {
        CounterClosed: () =>
          ['a', 'b'].map((id) => commandTo(counterAggregate, id, { type: 'increase', by: 1 })),
      },
    };
    expect(await planned(counterApplication, both, closed, { streams: [streamOf('b')] })).toEqual([
      ['counter-a rejected', { type: 'increase', by: 1 }, 'counter_not_found'],
      ['counter-b due', { type: 'increase', by: 1 }],
    ]);
  });

  test('yields nothing for a command whose condition does not hold', async () => {
    const closing = { type: 'close', reason: 'closed' };
    const shut: CounterEvent = { eventType: 'CounterClosed', data: { reason: 'full' } };
    expect(await plan(closed, streamOf('c1-copy'), streamOf('sum', shut))).toEqual([
      ['counter-c1-copy unneeded', closing],
    ]);
    expect(await plan(closed, streamOf('c1-copy'), streamOf('sum'))).toEqual([
      ['counter-c1-copy due', closing],
    ]);
  });

  test('is empty for an event that the policy does not react to', async () => {
    const only: Policy<StoredCounterEvent> = { consumer: 'relay', on: {} };
    expect(await planned(counterApplication, only, started)).toEqual([]);
  });

  test('is fulfilled where nothing is due and nothing is rejected', async () => {
    const sources = (...stored: ReturnType<typeof streamOf>[]) => ({
      load: async ({ type }: AnyAggregate, id: string) => ({
        events: stored.flat().filter(({ streamId }) => streamId === `${type}-${id}`),
      }),
    });
    const isDone = async (event: StoredCounterEvent, ...stored: ReturnType<typeof streamOf>[]) =>
      isFulfilled(await planPolicy({ application: counterApplication }, relay, event, sources(...stored)));
    expect(await isDone(started)).toBe(false);
    expect(await isDone(increased)).toBe(false);
    expect(await isDone(started, streamOf('c1-copy'))).toBe(true);
    expect(await isDone(closed)).toBe(true);
  });
});
