import type { Runtime } from '#kit/config/runtime.ts';
import { type EventKey, readShardKeys } from '#kit/event-store/by-type.ts';
import { BY_TYPE_SHARDS } from '#kit/event-store/event-item.ts';
import { timeOf } from '#kit/events/ids.ts';
import { allSettledOrThrow } from '#kit/messaging/keyed-mutex.ts';
import type { Window } from './windows.ts';

/** All events of a type in a window, in the order of time; or, where they are more than asked for, about how many. */
export type TypeInWindow = { keys: EventKey[] } | { about: number };

/** AWS calls: a query for each shard. */
export async function readType(
  runtime: Runtime,
  eventType: string,
  { from, to }: Window,
  atMost: number,
): Promise<TypeInWindow> {
  const shards = await allSettledOrThrow(
    Array.from({ length: BY_TYPE_SHARDS }, (_, shard) =>
      readShardKeys(runtime, { eventType, shard, from, to, limit: atMost + 1 }),
    ),
  );
  const keys = shards.flatMap((shard) => shard.keys);
  if (keys.length <= atMost) return { keys: keys.sort((a, b) => (a.eventId < b.eventId ? -1 : 1)) };
  const counts = shards.map((shard) => {
    const last = shard.keys.at(-1);
    // At the pace of what was read, for the rest of the window.
    const part = shard.next && last ? (timeOf(last.eventId) + 1 - from) / (to - from) : 1;
    return shard.keys.length / part;
  });
  return { about: Math.ceil(counts.reduce((sum, count) => sum + count, 0)) };
}
