import { insertItems } from '#kit/aws/insert-items.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import type { EventItem } from '#kit/event-store/event-item.ts';
import { load } from '#kit/event-store/load.ts';
import { allSettledOrThrow } from '#kit/messaging/keyed-mutex.ts';
import { foldStream, projectStream, writeView } from '#kit/projections/project.ts';
import type { Projection } from '#kit/projections/projection.ts';

/** A stream could not be brought into the new generation; the message names it and says why. */
export class StreamFailed extends Error {
  override readonly name = 'StreamFailed';

  constructor(streamId: string, cause: unknown) {
    const { name, message } = cause instanceof Error ? cause : new Error(String(cause));
    super(`${streamId}: ${name}: ${message}`, { cause });
  }
}

/** Events that follow each other, by stream: a scan has those of a stream one after the other. */
export function runsOfStreams(items: readonly EventItem[]): EventItem[][] {
  const runs: EventItem[][] = [];
  for (const item of items) {
    const run = runs.at(-1);
    if (run?.[0]?.streamId === item.streamId) run.push(item);
    else runs.push([item]);
  }
  return runs;
}

/**
 * Folds runs of events, as the events table has them, into a generation; what is there at that version or beyond stays. A run that begins in the
 * middle of its stream goes on from the view that is there, and what is missing is read.
 * AWS calls: one BatchExecuteStatement for each 25 runs that begin their streams. For each run that does not, or whose view is there already, a
 * conditional put; where it does not begin its stream, a get before. Throws StreamFailed.
 */
export async function fillFrom(
  runtime: Runtime,
  projection: Projection,
  generation: number,
  runs: readonly (readonly EventItem[])[],
): Promise<void> {
  const { upcast } = runtime.application.registry;
  const folded = await Promise.allSettled(
    runs.map(async (events) => {
      const streamId = events[0]?.streamId ?? '';
      const fold = () => foldStream(runtime, projection, events.map(upcast), generation);
      return { streamId, ...(await named(streamId, fold)) };
    }),
  );
  const views = folded.flatMap((one) => {
    if (one.status === 'rejected' || !one.value.item) return [];
    return [{ ...one.value, item: one.value.item }];
  });
  const whole = views.filter(({ isWhole }) => isWhole).map(({ item }) => item);
  const left = new Set(await insertItems(runtime, whole));
  await allSettledOrThrow(
    views
      .filter(({ isWhole, item }) => !isWhole || left.has(item))
      .map(({ streamId, item }) => named(streamId, () => writeView(runtime, item))),
  );
  for (const one of folded) if (one.status === 'rejected') throw one.reason;
}

async function named<Result>(streamId: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw new StreamFailed(streamId, error);
  }
}

/**
 * Folds each stream, as far as it is at this moment, into a generation; what is there at that version or beyond stays.
 * AWS calls: for each stream one consistent query and one conditional put, all streams at once. Throws StreamFailed.
 */
export async function fill(
  runtime: Runtime,
  projection: Projection,
  generation: number,
  streamIds: readonly string[],
): Promise<void> {
  await allSettledOrThrow(
    streamIds.map((streamId) =>
      named(streamId, async () =>
        projectStream(runtime, projection, await load(runtime, streamId), generation),
      ),
    ),
  );
}
