import type { Runtime } from '#kit/config/runtime.ts';
import type { EventItem } from '#kit/event-store/event-item.ts';
import { load } from '#kit/event-store/load.ts';
import { allSettledOrThrow } from '#kit/messaging/keyed-mutex.ts';
import { projectStream } from '#kit/projections/project.ts';
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
 * AWS calls: for each run one conditional put, all at once; one consistent get more where it does not begin its stream. Throws StreamFailed.
 */
export async function fillFrom(
  runtime: Runtime,
  projection: Projection,
  generation: number,
  runs: readonly (readonly EventItem[])[],
): Promise<void> {
  const { upcast } = runtime.application.registry;
  await allSettledOrThrow(
    runs.map(async (events) => {
      try {
        await projectStream(runtime, projection, events.map(upcast), generation);
      } catch (error) {
        throw new StreamFailed(events[0]?.streamId ?? '', error);
      }
    }),
  );
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
    streamIds.map(async (streamId) => {
      try {
        await projectStream(runtime, projection, await load(runtime, streamId), generation);
      } catch (error) {
        throw new StreamFailed(streamId, error);
      }
    }),
  );
}
