import { putIfUnchanged } from '#kit/aws/put-if-unchanged.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { checkpointKey, checkpointsPartition, type ItemKey } from '#kit/projections/keys.ts';
import { noteStep, readCheckpointAt, readCheckpointsIn, type StepCheckpoint } from '#kit/steps/checkpoint.ts';
import type { WorkingPhase } from './step.ts';

/** What a segment has seen and done so far. */
export interface Counters {
  /** Items that the scan looked at. */
  scanned: number;
  /** Streams filled or compared; when dropping, items deleted. */
  done: number;
  /** Streams that comparing found missing or behind in the new generation, and put right. */
  repaired: number;
  /** Streams whose view in the live generation is another. */
  differing: number;
  /** Names of some of these. */
  examples: string[];
}

/** How far a segment of a phase has got. */
export interface Checkpoint extends Counters, StepCheckpoint {
  phase: WorkingPhase;
  segment: number;
  /** Where the scan goes on; absent at its start. */
  startKey?: Record<string, unknown>;
}

/** Whose checkpoint it is. */
export interface SegmentOf {
  projection: string;
  generation: number;
  phase: WorkingPhase;
  segment: number;
}

export const keyOf = ({ projection, generation, phase, segment }: SegmentOf): ItemKey =>
  checkpointKey(projection, generation, phase, segment);

/** The segment's first, unless it has one. Answers whether this call wrote it. AWS calls: one conditional put. */
export const openSegment = (runtime: Runtime, of: SegmentOf): Promise<boolean> => {
  const counters: Counters = { scanned: 0, done: 0, repaired: 0, differing: 0, examples: [] };
  const { phase, segment } = of;
  const checkpoint: Checkpoint = {
    phase,
    segment,
    step: 0,
    ended: false,
    movedAt: runtime.now(),
    ...counters,
  };
  return putIfUnchanged(runtime, { ...keyOf(of), ...checkpoint }, 'absent');
};

/** AWS calls: one consistent get. */
export const readCheckpoint = (runtime: Runtime, of: SegmentOf): Promise<Checkpoint | undefined> =>
  readCheckpointAt(runtime, keyOf(of));

/** Of every phase and segment of a generation. AWS calls: one consistent query (the segments are few). */
export const readCheckpoints = (
  runtime: Runtime,
  projection: string,
  generation: number,
): Promise<Checkpoint[]> => readCheckpointsIn(runtime, checkpointsPartition(projection, generation));

/** See `noteStep`. */
export const noteOf = (
  runtime: Runtime,
  of: SegmentOf,
  step: number,
  said: Pick<Checkpoint, 'lastError' | 'movedAt'>,
): Promise<boolean> => noteStep(runtime, keyOf(of), step, said);
