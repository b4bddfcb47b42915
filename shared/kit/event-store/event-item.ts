import type { StoredEvent } from '#kit/events/event.ts';
import { timeOf } from '#kit/events/ids.ts';

/**
 * Index `by-type` spreads each type's day over this many partitions, so that no type is held to one
 * partition's 1,000 writes a second. These names and this number reach storage: a reader must know
 * every number that was ever written, so raise it only together with `shardsOf`.
 */
export const BY_TYPE_SHARDS = 4;
export const BY_TYPE_INDEX = 'by-type';

/** What subscriptions filter on, besides the two attributes that every event has. */
export type FilterAttributes = Readonly<Record<string, string | number>>;

/**
 * An event as it goes to the topic. Its attributes were written down when it was appended, by the code that knew its
 * schema: the publisher passes them on and reads nothing of the data. What was appended before version 0.2 has none.
 */
export type PublishableEvent = StoredEvent & { attributes?: FilterAttributes };

/** The keys of index `by-due`, which only events with a deadline have (due-keys.ts). */
export interface DueKeys {
  duePartition: string;
  dueKey: string;
}

/** An event as the events table holds it: also with the keys of the indexes. */
export type EventItem = PublishableEvent & { typeDayShard: string } & Partial<DueKeys>;

export const toItem = (event: StoredEvent, attributes?: FilterAttributes, due?: DueKeys): EventItem => ({
  ...event,
  ...(attributes && { attributes }),
  typeDayShard: byTypePartition(event.eventType, dayOf(timeOf(event.eventId)), shardOf(event.streamId)),
  ...due,
});

/** The event as it was appended: nothing is lifted or checked. */
export const fromItem = (item: EventItem): StoredEvent => {
  const { attributes: _, ...event } = toPublishable(item);
  return event;
};

/** The event for the topic. */
export const toPublishable = (item: EventItem): PublishableEvent => {
  const { typeDayShard: _, duePartition: __, dueKey: ___, ...event } = item;
  return event;
};

export const byTypePartition = (eventType: string, day: string, shard: number): string =>
  `${eventType}#${day}#${shard}`;

/** yyyy-mm-dd in UTC. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** FNV-1a over the stream's name: all events of a stream lie in one shard. */
export function shardOf(streamId: string, shards: number = BY_TYPE_SHARDS): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < streamId.length; index++) {
    hash = Math.imul(hash ^ streamId.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash % shards;
}
