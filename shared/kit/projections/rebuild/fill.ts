import type { Runtime } from '#kit/config/runtime.ts';
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
