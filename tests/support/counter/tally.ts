import type { Runtime } from '#kit/config/runtime.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { createConsumer } from '#kit/messaging/consume.ts';
import { applyOnce, type Change, ChangesNotApplied } from '#kit/projections/inbox.ts';
import type { ItemKey } from '#kit/projections/keys.ts';
import type { StoredCounterEvent } from './counter.ts';

export const tallyKey = (day: string): ItemKey => ({ pk: `TALLY#${day}`, sk: 'COUNTERS' });

/** Counts what happened on a day, each event once: an effect that is no function of one stream. */
export const createTally = (runtime: Runtime) =>
  createConsumer(runtime, async (deliveries) => {
    try {
      const changes = deliveries.flatMap(({ event }) => changesOf(event));
      await applyOnce(runtime, runtime.setting('CONSUMER'), changes);
      return new Map();
    } catch (error) {
      if (!(error instanceof ChangesNotApplied)) throw error;
      const { failures } = error;
      const failed = deliveries.filter(({ event }) => failures.has(event.eventId));
      return new Map(failed.map(({ messageId, event }) => [messageId, failures.get(event.eventId)]));
    }
  });

function changesOf(given: StoredEvent): Change[] {
  const event = given as StoredCounterEvent;
  const target = tallyKey(event.metadata.timestamp.slice(0, 10));
  switch (event.eventType) {
    case 'CounterStarted':
      return [{ eventId: event.eventId, target, add: { started: 1 } }];
    case 'CounterIncreased':
      return [{ eventId: event.eventId, target, add: { increases: 1, total: event.data.by } }];
    default:
      return [];
  }
}
