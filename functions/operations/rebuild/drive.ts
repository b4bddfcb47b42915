import { deleteItems } from '#kit/aws/delete-items.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { queuesOf } from '#kit/operations/consumer-queues.ts';
import { advance, changeGenerations, removeRetired } from '#kit/projections/generation-changes.ts';
import { type Generations, type OtherGeneration, readGenerations } from '#kit/projections/generations.ts';
import { checkpointKey } from '#kit/projections/keys.ts';
import {
  type Checkpoint,
  noteOf,
  openSegment,
  readCheckpoints,
  type SegmentOf,
} from '#kit/projections/rebuild/checkpoint.ts';
import { type Step, sendSteps, type WorkingPhase } from '#kit/projections/rebuild/step.ts';
import { isLost } from '#kit/steps/checkpoint.ts';

/** A step that nobody has heard of for so long may be lost; a second one of it does no harm. */
const LOST_AFTER_MS = 60_000;

/**
 * Sees to it that the work of the present phase goes on, and that the next one begins when it has ended. Every part of
 * it may be repeated; what a crash leaves out, the next call makes good. Answers what there is now.
 */
export async function advanceRebuild(runtime: Runtime, projection: string): Promise<Generations> {
  for (;;) {
    const generations = await readGenerations(runtime, projection);
    const { other } = generations;
    if (!isWorking(other)) return generations;
    const all = await readCheckpoints(runtime, projection, other.generation);
    const checkpoints = all.filter(({ phase }) => phase === other.phase);
    if (checkpoints.length < other.segments) {
      await openSegments(runtime, projection, other, checkpoints);
      return generations;
    }
    if (!checkpoints.every(({ ended }) => ended)) {
      await sendLost(runtime, projection, other, checkpoints);
      return generations;
    }
    await endPhase(runtime, projection, other, all);
  }
}

type Working = OtherGeneration & { phase: WorkingPhase };

const isWorking = (other: OtherGeneration | undefined): other is Working =>
  other !== undefined && ['filling', 'comparing', 'dropping'].includes(other.phase);

/**
 * ms since 1970: from then on every process goes by this phase. Filling has to wait for it (whoever writes knows of
 * the new generation) and so has dropping (nobody reads or writes the old one); see shared/kit/projections/generations.ts.
 */
export const propagatedAt = (runtime: Runtime, { phase, since }: OtherGeneration): number =>
  Date.parse(since) +
  (phase === 'filling' || phase === 'dropping' ? 1_000 * runtime.setting('PROPAGATION_SECONDS') : 0);

async function openSegments(
  runtime: Runtime,
  projection: string,
  other: Working,
  open: readonly Checkpoint[],
): Promise<void> {
  const missing = Array.from({ length: other.segments }, (_, segment) => segment)
    .filter((segment) => !open.some((one) => one.segment === segment))
    .map((segment) => segmentOf(projection, other, segment));
  // Its checkpoint first: a step without one is dropped. Only the call that wrote a checkpoint sends its first step.
  const written = await Promise.all(missing.map((of) => openSegment(runtime, of)));
  const steps = missing.filter((_, index) => written[index]).map((of): Step => ({ ...of, number: 0 }));
  const wait = Math.max(0, Math.ceil((propagatedAt(runtime, other) - runtime.now()) / 1_000));
  await sendSteps(runtime, queuesOf(runtime, projection).queue, steps, wait);
}

async function sendLost(
  runtime: Runtime,
  projection: string,
  other: Working,
  checkpoints: readonly Checkpoint[],
): Promise<void> {
  const now = runtime.now();
  const begin = propagatedAt(runtime, other);
  const lost = checkpoints.filter((one) =>
    isLost({ ...one, movedAt: Math.max(one.movedAt, begin) }, now, LOST_AFTER_MS),
  );
  for (const { segment, step } of lost) {
    const of = segmentOf(projection, other, segment);
    if (!(await noteOf(runtime, of, step, { movedAt: now }))) continue;
    await sendSteps(runtime, queuesOf(runtime, projection).queue, [{ ...of, number: step }]);
  }
}

async function endPhase(
  runtime: Runtime,
  projection: string,
  { generation, phase }: Working,
  checkpoints: readonly Checkpoint[],
): Promise<void> {
  if (phase !== 'dropping') {
    const scanned = checkpoints
      .filter((one) => one.phase === phase)
      .reduce((sum, one) => sum + one.scanned, 0);
    const next = phase === 'filling' ? 'comparing' : 'ready';
    await changeGenerations(runtime, projection, advance(generation, phase, next, scanned));
    return;
  }
  // In this order: after a crash between the two the dropping is done once more, and finds nothing.
  const keys = checkpoints.map((one) => checkpointKey(projection, generation, one.phase, one.segment));
  await deleteItems(runtime, keys);
  await changeGenerations(runtime, projection, removeRetired(generation));
}

const segmentOf = (projection: string, { generation, phase }: Working, segment: number): SegmentOf => ({
  projection,
  generation,
  phase,
  segment,
});
