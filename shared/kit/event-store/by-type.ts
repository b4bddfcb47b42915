import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { batchGet } from '#kit/aws/batch-get.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { DAY_MS } from '#kit/config/time.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { lowestIdAt, timeOf } from '#kit/events/ids.ts';
import { fitting } from '#kit/http/page-bytes.ts';
import { BY_TYPE_INDEX, BY_TYPE_SHARDS, byTypePartition, dayOf, type EventItem } from './event-item.ts';

export interface ByTypeQuery {
  eventType: string;
  /** ms since 1970, inclusive. */
  from: number;
  /** ms since 1970, exclusive. */
  to: number;
  /** 1–100: what one BatchGetItem brings. */
  limit: number;
  /** The `eventId` after which to go on, instead of `from`. */
  after?: string | undefined;
  /** Days looked at for one page; all of the range when absent. */
  maxDays?: number;
}

/** Where an event is, and its place in time. */
export interface EventKey {
  streamId: string;
  version: number;
  eventId: string;
}

export interface ByTypePage<Event extends StoredEvent> {
  events: Event[];
  /** The `eventId` to go on from; absent where the range is at its end. */
  next?: string;
}

/**
 * One page of a type's events in the order of time (of `eventId`), lifted to today's schemas; it ends where an answer
 * would become too large. The index is eventually consistent: what was appended within the last second may be missing.
 * AWS calls: 4 queries for each day touched, 1 batch get.
 */
export async function readByType<Event extends StoredEvent = StoredEvent>(
  runtime: Runtime,
  query: ByTypeQuery,
): Promise<ByTypePage<Event>> {
  const { keys, next } = await readKeysByType(runtime, query);
  const stored = await getStored(runtime, keys);
  const page = fitting(stored);
  const events = page.map(runtime.application.registry.upcast) as Event[];
  const goOn = page.length < stored.length ? page.at(-1)?.eventId : next;
  return goOn ? { events, next: goOn } : { events };
}

/**
 * As `readByType`, but where the events are instead of what they say. A day at a time, its shards at once, merged. Ends
 * after `maxDays` days as well: such a page may be short, even empty, and has a `next`.
 */
export async function readKeysByType(
  runtime: Runtime,
  { eventType, from, to, limit, after, maxDays = Number.POSITIVE_INFINITY }: ByTypeQuery,
): Promise<{ keys: EventKey[]; next?: string }> {
  const bounds = { low: after ?? lowestIdAt(from), inclusive: after === undefined, high: lowestIdAt(to) };
  if (bounds.low >= bounds.high) return { keys: [] };
  const keys: EventKey[] = [];
  const start = after ? timeOf(after) : from;
  const firstDay = start - (start % DAY_MS);
  for (let day = firstDay; day < to && keys.length <= limit; day += DAY_MS) {
    if (day >= firstDay + maxDays * DAY_MS) return { keys, next: lowestIdAt(day) };
    const shards = await Promise.all(
      Array.from({ length: BY_TYPE_SHARDS }, (_, shard) =>
        queryShard(runtime, byTypePartition(eventType, dayOf(day), shard), bounds, limit + 1 - keys.length),
      ),
    );
    keys.push(...shards.flat().sort((a, b) => (a.eventId < b.eventId ? -1 : 1)));
  }
  const page = keys.slice(0, limit);
  const last = page.at(-1);
  return keys.length > limit && last ? { keys: page, next: last.eventId } : { keys: page };
}

export interface ShardQuery {
  eventType: string;
  /** 0 to BY_TYPE_SHARDS - 1. */
  shard: number;
  /** ms since 1970, inclusive. */
  from: number;
  /** ms since 1970, exclusive, and at the latest the end of the UTC day of `from`. */
  to: number;
  /** The `eventId` after which to go on, instead of `from`. */
  after?: string | undefined;
  limit: number;
}

/**
 * As `readKeysByType`, of one shard alone: what several readers do at the same time is divided by shards and times. A page
 * that is full has a `next`, also where nothing follows. AWS calls: a query for each megabyte, which are about 7,000 keys.
 */
export async function readShardKeys(
  runtime: Runtime,
  { eventType, shard, from, to, after, limit }: ShardQuery,
): Promise<{ keys: EventKey[]; next?: string }> {
  const bounds = { low: after ?? lowestIdAt(from), inclusive: after === undefined, high: lowestIdAt(to) };
  const keys = await queryShard(runtime, byTypePartition(eventType, dayOf(from), shard), bounds, limit);
  const last = keys.at(-1);
  return keys.length >= limit && last ? { keys, next: last.eventId } : { keys };
}

async function queryShard(
  runtime: Runtime,
  partition: string,
  { low, inclusive, high }: { low: string; inclusive: boolean; high: string },
  limit: number,
): Promise<EventKey[]> {
  const keys: EventKey[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await runtime.dynamo.send(
      new QueryCommand({
        TableName: runtime.setting('EVENTS_TABLE'),
        IndexName: BY_TYPE_INDEX,
        KeyConditionExpression: 'typeDayShard = :partition AND eventId BETWEEN :low AND :high',
        ExpressionAttributeValues: { ':partition': partition, ':low': low, ':high': high },
        Limit: limit + 1 - keys.length,
        ExclusiveStartKey: start,
      }),
    );
    for (const item of (page.Items ?? []) as EventKey[]) {
      if (item.eventId < high && (inclusive || item.eventId > low)) keys.push(item);
    }
    start = page.LastEvaluatedKey;
  } while (start && keys.length < limit);
  return keys.slice(0, limit);
}

/**
 * The items of these (distinct) keys, in that order, as they were written: nothing is lifted or checked. What an eventually
 * consistent read does not show is read once more, strongly consistent: a key of an index has its item in the table, so only an event
 * that is not there is left out. AWS calls: a batch get for each 100 keys, and again for those that it does not show. Throws
 * KeysUnprocessed.
 */
export async function getStored(runtime: Runtime, keys: readonly EventKey[]): Promise<EventItem[]> {
  const found = new Map<string, EventItem>();
  for (const consistent of [false, true]) {
    const missing = keys.filter(({ eventId }) => !found.has(eventId));
    if (missing.length === 0) break;
    for (const item of await getVersions(runtime, missing, { consistent })) found.set(item.eventId, item);
  }
  return keys.flatMap(({ eventId }) => found.get(eventId) ?? []);
}

/**
 * What stands at these (distinct) versions of streams, in no order, as it was written; eventually consistent unless asked
 * otherwise. AWS calls: a batch get for each 100. Throws KeysUnprocessed.
 */
export async function getVersions(
  runtime: Runtime,
  versions: readonly Pick<EventKey, 'streamId' | 'version'>[],
  options: { consistent?: boolean } = {},
): Promise<EventItem[]> {
  const keys = versions.map(({ streamId, version }) => ({ streamId, version }));
  return (await batchGet(runtime, 'EVENTS_TABLE', keys, options)) as unknown as EventItem[];
}
