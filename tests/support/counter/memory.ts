import { createRuntime, type Runtime, type RuntimeParts } from '#kit/config/runtime.ts';
import { toItem } from '#kit/event-store/event-item.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { FakeDynamo } from '#tests/properties/fakes/dynamo.ts';
import { Table } from '#tests/properties/fakes/table.ts';
import { noMetrics } from '#tests/support/no-metrics.ts';
import { silentLogger } from '#tests/support/silent-logger.ts';
import { counterApplication } from './application.ts';

/** The tables of the counter domain in memory: for tests that need no emulator. Sleeping takes no time, and is noted. */
export function counterMemory({ now = Date.now, ...parts }: RuntimeParts = {}) {
  const events = new Table(
    {
      name: 'events',
      hash: 'streamId',
      range: 'version',
      indexes: { 'by-type': { hash: 'typeDayShard', range: 'eventId', keysOnly: true } },
    },
    now,
  );
  const readModel = new Table({ name: 'read-model', hash: 'pk', range: 'sk' }, now);
  const dynamo = new FakeDynamo([events, readModel], now);
  const calls: string[] = [];
  const slept: number[] = [];
  const send = async (command: Parameters<FakeDynamo['perform']>[0]) => {
    calls.push(command.constructor.name);
    return dynamo.perform(command);
  };
  const runtime = createRuntime(counterApplication, {
    dynamo: { send } as unknown as Runtime['dynamo'],
    sleep: async (ms) => void slept.push(ms),
    now,
    logger: silentLogger(),
    metrics: noMetrics,
    settings: { EVENTS_TABLE: 'events', READ_MODEL_TABLE: 'read-model' },
    ...parts,
  });
  const store = (some: readonly StoredEvent[]) => {
    for (const event of some) events.put({ ...toItem(event) });
  };
  return { runtime, events, readModel, calls, slept, store };
}
