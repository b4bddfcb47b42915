import { randomUUID } from 'node:crypto';
import type { RuntimeParts } from '#kit/config/runtime.ts';
import type { CommandRequest, CommandResult } from '#kit/event-store/decide-command.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { load } from '#kit/event-store/load.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { type CounterCommand, type CounterState, counterAggregate } from '#tests/support/counter/counter.ts';
import { startCounters } from '#tests/support/counter/data.ts';
import { noMetrics } from '#tests/support/no-metrics.ts';
import { type Tables, watched } from '#tests/support/tables.ts';

export type Request = CommandRequest<CounterState, CounterCommand>;

/** Commands on counters, over tables of the test's own. */
export interface CounterCommands {
  data: Tables;
  /** Runs a command; its metadata is of a new command unless `more` says otherwise. */
  send(
    counterId: string,
    command: CounterCommand,
    more?: Partial<Request>,
    parts?: RuntimeParts,
  ): Promise<CommandResult<CounterState>>;
  streamOf(counterId: string): Promise<StoredEvent[]>;
  /** An open counter of its own, by its id. */
  opened(): Promise<string>;
  /** What was counted of outcomes, and how DynamoDB was called, with `parts` as a runtime's. */
  observed(interfere?: Parameters<typeof watched>[1]): {
    parts: RuntimeParts;
    outcomes: Record<string, number>;
    counts: Record<string, number>;
  };
}

/** The metadata of a command that ada sends. */
export const by = (commandId: string = randomUUID(), commandHash = 'hash') => ({
  userId: 'ada',
  correlationId: 'correlation-1',
  causationId: 'request-1',
  commandId,
  commandHash,
});

export const start: CounterCommand = { type: 'start', keeperId: 'ada', limit: 1_000 };
export const increase = (amount: number): CounterCommand => ({ type: 'increase', by: amount });

export async function startCounterCommands(): Promise<CounterCommands> {
  const data = await startCounters();
  const commands: CounterCommands = {
    data,
    send: (aggregateId, command, more = {}, parts = {}) =>
      handleCommand(data.runtime(parts), counterAggregate, { aggregateId, command, metadata: by(), ...more }),
    streamOf: (id) => load(data.runtime(), `counter-${id}`),
    async opened() {
      const id = randomUUID();
      await commands.send(id, start, { creates: true });
      return id;
    },
    observed(interfere) {
      const outcomes: Record<string, number> = {};
      const count = (name: string, value = 1) => {
        outcomes[name] = (outcomes[name] ?? 0) + value;
      };
      const { dynamo, counts } = watched(data.dynamo, interfere);
      return { parts: { dynamo, metrics: { ...noMetrics, count } }, outcomes, counts };
    },
  };
  return commands;
}
