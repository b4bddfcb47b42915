import { operateInSteps, type Step } from '../server.ts';

export interface Done {
  matched: number;
  gone: number;
  notDone: number;
  isDiscarded: boolean;
  /** It has ended, and what comes back dead is to be seen. */
  isWatched?: boolean;
}

interface Chunk extends Step {
  matched: number;
  redriven?: unknown[];
  discarded?: unknown[];
  notDeleted: unknown[];
  failed?: unknown[];
}

/** Redrives or discards, chunk after chunk, and says after each how far it is. */
export async function inChunks(
  input: Record<string, unknown>,
  onProgress: (done: Done) => void,
): Promise<Done> {
  const done: Done = { matched: 0, gone: 0, notDone: 0, isDiscarded: input.discard === true };
  for await (const chunk of operateInSteps<Chunk>('redrive', input)) {
    const gone = (chunk.redriven ?? chunk.discarded ?? []).length;
    done.matched = Math.max(done.matched, done.gone + chunk.matched);
    done.gone += gone;
    done.notDone += (chunk.failed ?? []).length;
    onProgress(done);
  }
  return done;
}
