import type { StoredEvent } from '#kit/events/event.ts';
import { timeOf } from '#kit/events/ids.ts';
import { type DueKeys, shardOf } from './event-item.ts';

/**
 * Index `by-due` spreads the events of a minute over this many partitions. As many as `by-type` has, so an event with a
 * deadline is written as fast as one without. These names and this number reach storage.
 */
export const DUE_SHARDS = 4;
export const BY_DUE_INDEX = 'by-due';

export const MINUTE_MS = 60_000;

/**
 * Where an event with a deadline stands in the index. An event that is due already when it is appended stands in the
 * minute of its own time, since the tick has passed the one in which it was due. The key has its due time as it is.
 *
 * @param dueAt ISO 8601 with milliseconds
 */
export function dueKeysOf(
  { eventId, streamId }: StoredEvent,
  dueAt: string | undefined,
): DueKeys | undefined {
  if (dueAt === undefined) return undefined;
  const minute = Math.max(Date.parse(dueAt), timeOf(eventId));
  return {
    duePartition: duePartitionOf(minute, shardOf(streamId, DUE_SHARDS)),
    dueKey: `${dueAt}#${eventId}`,
  };
}

/** `2026-11-28T10:00#0`: the minute in UTC of a time in ms since 1970, and the shard. */
export const duePartitionOf = (ms: number, shard: number): string =>
  `${new Date(ms).toISOString().slice(0, 16)}#${shard}`;

/** The sort key that is below all of this time and after it, and above all before it. */
export const dueKeyAt = (ms: number): string => new Date(ms).toISOString();

/** What a key of the index says. */
export function readDueKey(dueKey: string): { dueAt: string; eventId: string } {
  const [dueAt = '', eventId = ''] = dueKey.split('#');
  return { dueAt, eventId };
}
