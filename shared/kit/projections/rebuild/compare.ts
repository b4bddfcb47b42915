import { isDeepStrictEqual } from 'node:util';
import { batchGet } from '#kit/aws/batch-get.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { lastEvent } from '#kit/event-store/last-version.ts';
import { allSettledOrThrow } from '#kit/messaging/keyed-mutex.ts';
import { type ItemKey, keyInFirstGeneration, keyInGeneration } from '#kit/projections/keys.ts';
import { type Projection, viewOfStream } from '#kit/projections/projection.ts';
import { fill } from './fill.ts';

/**
 * Waits before each recheck of what may still be on its way to either generation. Together they must outlast the batching
 * window of the projection's queue by two seconds; tests/deploy/generations.test.ts holds the template to that.
 */
const RECHECK_AFTER_MS = [500, 1_000, 2_000];

export const RECHECK_SECONDS = RECHECK_AFTER_MS.reduce((sum, ms) => sum + ms, 0) / 1_000;

type View = ItemKey & { version: number };

/** Of what was appended longer ago than this, nothing is waited for. */
const RECENT_MS = 60_000;

interface Stream {
  streamId: string;
  /** The version that the stream had before the views were read. */
  head: number;
  /** Its newest event is so young that it may be on its way. */
  isRecent: boolean;
}

interface Seen extends Stream {
  next: View | undefined;
  live: View | undefined;
}

export interface Comparison {
  /** Streams that were missing or behind in the new generation. They no longer are. */
  repaired: string[];
  /** Streams whose view in the live generation is missing, at another version, or not the same at this one. */
  differing: string[];
}

/**
 * Holds these streams' views in generation `next` to their streams and to the views in `live`, keys of the indexes
 * included. A view of `next` that has not reached the version that its stream had at the start is folded anew.
 * What stands in `live` without a stream is not found.
 *
 * An event that was just appended reaches the generations one after the other. So a view that is missing, behind, or at
 * another version than its twin is checked again, for `RECHECK_SECONDS` at most, before it counts as behind or
 * differing; after a repair as well. Views that differ at the same version are not waited for, nor are streams whose
 * newest event is older than a minute: a new kind of view, missing in `live` everywhere, is compared without waits.
 * AWS calls: for each stream one consistent query of one event; one consistent batch get of both views, and one for
 * each recheck; for a repair those of `fill`. Throws StreamFailed.
 */
export async function compare(
  runtime: Runtime,
  projection: Projection,
  { next, live }: { next: number; live: number },
  streamIds: readonly string[],
): Promise<Comparison> {
  const heads: Stream[] = await allSettledOrThrow(
    streamIds.map(async (streamId) => {
      const { version, timestamp = '' } = await lastEvent(runtime, streamId);
      const isOld = runtime.now() - Date.parse(timestamp) >= RECENT_MS;
      return { streamId, head: version, isRecent: !isOld };
    }),
  );
  const check = async (streams: readonly Stream[]) =>
    (await readViews(runtime, projection, { next, live }, streams)).filter((seen) => !isAlike(seen));

  let unlike = await checkUntilSettled(runtime, check, heads);
  const repaired = unlike.filter((seen) => (seen.next?.version ?? 0) < seen.head).map((one) => one.streamId);
  if (repaired.length > 0) {
    await fill(runtime, projection, next, repaired);
    unlike = await checkUntilSettled(runtime, check, unlike);
  }
  return { repaired, differing: unlike.map(({ streamId }) => streamId) };
}

/** What is still unlike when nothing more can be on its way, or after the last recheck. */
async function checkUntilSettled(
  runtime: Runtime,
  check: (streams: readonly Stream[]) => Promise<Seen[]>,
  streams: readonly Stream[],
): Promise<Seen[]> {
  let unlike = await check(streams);
  for (const ms of RECHECK_AFTER_MS) {
    if (!unlike.some(mayBeOnItsWay)) break;
    await runtime.sleep(ms);
    unlike = await check(unlike);
  }
  return unlike;
}

const mayBeOnItsWay = ({ head, isRecent, next, live }: Seen): boolean =>
  isRecent &&
  (next === undefined || live === undefined || next.version < head || next.version !== live.version);

const isAlike = ({ head, next, live }: Seen): boolean =>
  next !== undefined &&
  live !== undefined &&
  next.version >= head &&
  isDeepStrictEqual(keyInFirstGeneration(next), keyInFirstGeneration(live));

async function readViews(
  runtime: Runtime,
  projection: Projection,
  { next, live }: { next: number; live: number },
  streams: readonly Stream[],
): Promise<Seen[]> {
  const keys = streams.map(({ streamId }) => {
    const found = viewOfStream(projection, streamId);
    if (!found) throw new Error(`${projection.name} keeps no view of ${streamId}`);
    const key = found.view.key(found.aggregateId);
    return { next: keyInGeneration(next, key), live: keyInGeneration(live, key) };
  });
  const items = await batchGet(
    runtime,
    'READ_MODEL_TABLE',
    keys.flatMap((key) => [key.next, key.live]),
    { consistent: true },
  );
  const byKey = new Map((items as unknown as View[]).map((item) => [item.pk, item]));
  return streams.map((stream, index) => ({
    ...stream,
    next: byKey.get(keys[index]?.next.pk ?? ''),
    live: byKey.get(keys[index]?.live.pk ?? ''),
  }));
}
