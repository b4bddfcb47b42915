import { isDeepStrictEqual } from 'node:util';
import { batchGet } from '#kit/aws/batch-get.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { lastVersion } from '#kit/event-store/last-version.ts';
import { allSettledOrThrow } from '#kit/messaging/keyed-mutex.ts';
import { type ItemKey, keyInFirstGeneration, keyInGeneration } from '#kit/projections/keys.ts';
import { type Projection, viewOfStream } from '#kit/projections/projection.ts';
import { fill } from './fill.ts';

/** An event that was just appended is on its way to both generations: what it touches is looked at again after this. */
const SECOND_LOOK_MS = 500;

type View = ItemKey & { version: number };

interface Seen {
  streamId: string;
  /** The version that the stream had before the views were read. */
  head: number;
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
 * AWS calls: for each stream one consistent query of one event; one consistent batch get of both views, a second one
 * where some differ; for a repair those of `fill`. Throws StreamFailed.
 */
export async function compare(
  runtime: Runtime,
  projection: Projection,
  { next, live }: { next: number; live: number },
  streamIds: readonly string[],
): Promise<Comparison> {
  const heads = await allSettledOrThrow(
    streamIds.map(async (streamId) => ({ streamId, head: await lastVersion(runtime, streamId) })),
  );
  const look = (streams: typeof heads) => readViews(runtime, projection, { next, live }, streams);
  let unlike = (await look(heads)).filter((seen) => !isAlike(seen));
  if (unlike.length === 0) return { repaired: [], differing: [] };

  await runtime.sleep(SECOND_LOOK_MS);
  unlike = (await look(unlike)).filter((seen) => !isAlike(seen));
  const repaired = unlike.filter((seen) => (seen.next?.version ?? 0) < seen.head).map((one) => one.streamId);
  if (repaired.length > 0) {
    await fill(runtime, projection, next, repaired);
    unlike = (await look(unlike)).filter((seen) => !isAlike(seen));
  }
  return { repaired, differing: unlike.map(({ streamId }) => streamId) };
}

const isAlike = ({ head, next, live }: Seen): boolean =>
  next !== undefined &&
  live !== undefined &&
  next.version >= head &&
  isDeepStrictEqual(keyInFirstGeneration(next), keyInFirstGeneration(live));

async function readViews(
  runtime: Runtime,
  projection: Projection,
  { next, live }: { next: number; live: number },
  streams: readonly { streamId: string; head: number }[],
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
