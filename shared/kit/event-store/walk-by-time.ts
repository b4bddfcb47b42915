import type { Runtime } from '#kit/config/runtime.ts';
import { timeOf } from '#kit/events/ids.ts';
import { type EventKey, readKeysByType } from './by-type.ts';

/** Days of one type that one page reads at the most, so that a page of a long time without events is over soon. */
const MAX_DAYS = 50;

export interface TimePage {
  /** In the order of time, and the events of one stream in the order of their versions. */
  keys: EventKey[];
  /** The `eventId` after which to go on; absent at the end. */
  next?: string;
  /** How far the whole is with it, 0–1. */
  progress: number;
}

/**
 * Where the events of a time are, those of all these types merged by time (of `eventId`). A page may be short, even
 * empty, and have a `next`. The clocks of two writers may differ: within a page the versions of a stream ascend all the
 * same; of two pages the later one may have a lower version, of an event that is as much older as the clocks differ by.
 * AWS calls: for each page 4 queries for each type and day touched, at most 50 days.
 *
 * @param window ms since 1970, `from` inclusive, `to` exclusive
 * @param after an `eventId`, in place of `from`
 * @param size 1–100
 */
export async function* walkByTime(
  runtime: Runtime,
  types: readonly string[],
  { from, to }: { from: number; to: number },
  after: string | undefined,
  size: number,
): AsyncIterable<TimePage> {
  let next = after;
  do {
    const page = await readPage(runtime, types, { from, to, after: next, limit: size });
    next = page.next;
    const progress = next === undefined ? 1 : (timeOf(next) - from) / (to - from);
    yield { ...page, progress };
  } while (next !== undefined);
}

async function readPage(
  runtime: Runtime,
  types: readonly string[],
  query: { from: number; to: number; after: string | undefined; limit: number },
): Promise<Omit<TimePage, 'progress'>> {
  const pages = await Promise.all(
    types.map((eventType) => readKeysByType(runtime, { ...query, eventType, maxDays: MAX_DAYS })),
  );
  // Behind the place where one type ends its page, that type may have events that were not read yet.
  const horizon = pages.map(({ next }) => next).reduce(earlier, undefined);
  const read = pages
    .flatMap(({ keys }) => keys)
    .filter(({ eventId }) => horizon === undefined || eventId <= horizon)
    .sort((one, other) => (one.eventId < other.eventId ? -1 : 1));
  const keys = read.slice(0, query.limit);
  const next = keys.length < read.length ? keys.at(-1)?.eventId : horizon;
  return { keys: sortedByVersion(keys), ...(next !== undefined && { next }) };
}

const earlier = (one: string | undefined, other: string | undefined): string | undefined =>
  one === undefined || (other !== undefined && other < one) ? other : one;

/** Each stream keeps its places and fills them by ascending version. */
function sortedByVersion(keys: readonly EventKey[]): EventKey[] {
  const versions = new Map<string, EventKey[]>();
  for (const key of keys.toSorted((one, other) => one.version - other.version)) {
    versions.set(key.streamId, [...(versions.get(key.streamId) ?? []), key]);
  }
  return keys.map((key) => versions.get(key.streamId)?.shift() ?? key);
}
