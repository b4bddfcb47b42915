import type { Runtime } from '#kit/config/runtime.ts';
import { timeOf } from '#kit/events/ids.ts';
import { type EventKey, readKeysByType } from './by-type.ts';

/** Where a walk goes on. */
export interface WalkCursor {
  eventType: string;
  /** The `eventId` that was the last of its type to be seen; absent at the type's begin. */
  after?: string;
}

export interface WalkPage {
  eventType: string;
  keys: EventKey[];
  /** Where to go on after this page; absent at the end. */
  next?: WalkCursor;
  /** How far the whole is with it, 0–1. */
  progress: number;
}

/**
 * Where the events of a time are: one type after the other, in each of these in the order of time. At least one page,
 * maybe empty, for each type. Without a `cursor`, or with that of a type that is not among these, from the begin.
 * AWS calls: for each page 4 queries for each day touched.
 *
 * @param window ms since 1970, `from` inclusive, `to` exclusive
 */
export async function* walkByType(
  runtime: Runtime,
  types: readonly string[],
  window: { from: number; to: number },
  cursor: WalkCursor | undefined,
  size: number,
): AsyncIterable<WalkPage> {
  const first = cursor ? types.indexOf(cursor.eventType) : -1;
  let after = first === -1 ? undefined : cursor?.after;
  for (const [index, eventType] of types.entries()) {
    if (index < first) continue;
    for (;;) {
      const { keys, next } = await readKeysByType(runtime, { eventType, ...window, limit: size, after });
      const part = next ? (timeOf(next) - window.from) / (window.to - window.from) : 1;
      const following = types[index + 1];
      const goOn = next ? { eventType, after: next } : following && { eventType: following };
      yield { eventType, keys, progress: (index + part) / types.length, ...(goOn && { next: goOn }) };
      after = next;
      if (!next) break;
    }
  }
}
