import {
  type CommandOptions,
  commandTo,
  issue,
  issueAll,
  type Policy,
  stateOf,
  warn,
} from '#kit/events/policy.ts';
import { counterAggregate, type StoredCounterEvent } from './counter.ts';

/**
 * A policy of the counters, with everything that a policy can ask for. The counter `<id>-copy` starts with the counter
 * `<id>`; every increase is copied to it and to the counter `sum`. Where that cannot take it, both are closed. The copy
 * closes with its counter while `sum` is open.
 */
export const relay = (sum: string): Policy<StoredCounterEvent> => ({
  consumer: 'relay',
  on: {
    CounterStarted: ({ aggregateId, data: { keeperId, limit } }) => [
      commandTo(
        counterAggregate,
        copyOf(aggregateId),
        { type: 'start', keeperId, limit },
        { creates: true, tolerates: ['counter_already_started'] },
      ),
    ],

    *CounterIncreased({ aggregateId, data: { by } }) {
      const copied = yield* issueAll([increase(copyOf(aggregateId), by)]);
      const { rejected } = yield* issue(increase(sum, by, ['limit_exceeded']));
      if (rejected === undefined) return [];
      const total = copied[0]?.state?.status === 'open' ? copied[0].state.total : 0;
      yield* warn('sum is full', { rule: rejected, total });
      return [close(sum, 'full'), close(copyOf(aggregateId), 'full')];
    },

    *CounterClosed({ aggregateId }) {
      const copy = yield* stateOf(counterAggregate, copyOf(aggregateId));
      return copy.status === 'none' ? [] : [close(copyOf(aggregateId), 'closed', whileOpen(sum))];
    },
  },
});

const copyOf = (counterId: string) => `${counterId}-copy`;

const increase = (counterId: string, by: number, tolerates: string[] = []) =>
  commandTo(counterAggregate, counterId, { type: 'increase', by }, { tolerates });

const close = (counterId: string, reason: string, options: CommandOptions = {}) =>
  commandTo(counterAggregate, counterId, { type: 'close', reason }, options);

const whileOpen = (counterId: string): CommandOptions => ({
  onlyIf: { aggregate: counterAggregate, aggregateId: counterId, holds: ({ status }) => status === 'open' },
});
