import type { Runtime } from '#kit/config/runtime.ts';
import { type EventKey, getStored } from '#kit/event-store/by-type.ts';
import type { EventItem } from '#kit/event-store/event-item.ts';
import { load } from '#kit/event-store/load.ts';
import { loadStream } from '#kit/event-store/snapshots.ts';
import { streamIdOf } from '#kit/events/event.ts';
import type { PlanSources } from '#kit/messaging/plan-policy.ts';

/**
 * What the delivery checks of one page read, each thing once, however many of them ask for it. Streams are eventually consistent,
 * at half the units: a stream that is stale shows too little that was done, which leads to a message that changes nothing.
 */
export interface CheckReads extends PlanSources {
  /**
   * The items of these events, as they were written (`getStored`). An event that is not in the table has none: a check takes it for
   * undelivered. AWS calls: a batch get for each 100 that nobody asked for before.
   */
  stored(keys: readonly EventKey[]): Promise<EventItem[]>;
}

/**
 * The streams of aggregates with snapshots are read from their snapshot on: what a check costs does not grow with a history.
 * AWS calls: a query for each stream, and another one for its snapshot.
 */
export function createCheckReads(runtime: Runtime): CheckReads {
  const items = new Map<string, Promise<Map<string, EventItem>>>();
  const streams = new Map<string, ReturnType<PlanSources['load']>>();
  return {
    async stored(keys) {
      const fresh = keys.filter(({ eventId }) => !items.has(eventId));
      if (fresh.length > 0) {
        const read = getStored(runtime, fresh).then(
          (all) => new Map(all.map((item) => [item.eventId, item])),
        );
        for (const { eventId } of fresh) items.set(eventId, read);
      }
      const found = await Promise.all(
        keys.map(async ({ eventId }) => (await items.get(eventId))?.get(eventId)),
      );
      return found.filter((item) => item !== undefined);
    },
    load(aggregate, aggregateId) {
      const streamId = streamIdOf(aggregate.type, aggregateId);
      const options = { consistent: false };
      const read =
        streams.get(streamId) ??
        (aggregate.snapshot
          ? loadStream(runtime, aggregate, aggregateId, options)
          : load(runtime, streamId, options).then((events) => ({ events })));
      streams.set(streamId, read);
      return read;
    },
  };
}
