import { chunksOf } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { allSettledOrThrow } from '#kit/messaging/keyed-mutex.ts';
import { noIds } from '#kit/operations/id-digest.ts';
import { isLost, noteStep } from '#kit/steps/checkpoint.ts';
import { keyOf, type LaneCheckpoint, openLane, readLanes, sendLaneSteps } from './lane.ts';
import { type LaneSpan, laneName, lanesOf } from './lane-span.ts';
import type { Divided, Pass } from './state.ts';
import type { AuditedWindow, Window } from './windows.ts';

/** A step that nobody has heard of for so long may be lost; a second one of it does no harm. */
const LOST_AFTER_MS = 900_000;

/** Puts at the same time. */
const AT_ONCE = 50;

export interface LanesOf {
  pass: Pass;
  window: Window;
  divided: Divided;
  /** What the first pass noted of this very window. */
  known: AuditedWindow | undefined;
}

/**
 * Sees to it that the work on the lanes of a window goes on. Every part of it may be repeated; what a crash leaves out, the
 * next call makes good. Answers the lanes once all have ended.
 * AWS calls: one query; for each lane that is not there yet, a put, and for each ten of these a send.
 */
export async function advanceLanes(runtime: Runtime, lanes: LanesOf): Promise<LaneCheckpoint[] | undefined> {
  const { pass, window, divided } = lanes;
  const of = { pass, window: new Date(window.from).toISOString() };
  const spans = Object.entries(divided).flatMap(([type, parts]) => lanesOf(window, type, parts));
  const open = new Map((await readLanes(runtime, of)).map((lane) => [laneName(lane), lane]));
  const missing = spans.filter((span) => !open.has(laneName(span)));
  if (missing.length > 0) {
    for (const some of chunksOf(missing, AT_ONCE)) await openAll(runtime, lanes, of, some);
    return undefined;
  }
  const all = spans.flatMap((span) => open.get(laneName(span)) ?? []);
  if (all.every(({ ended }) => ended)) return all;
  await sendLost(runtime, of, all);
  return undefined;
}

async function openAll(
  runtime: Runtime,
  { divided, known }: LanesOf,
  of: { pass: Pass; window: string },
  spans: readonly LaneSpan[],
): Promise<void> {
  const written = await allSettledOrThrow(
    spans.map((span) => {
      // Cut as it was then, a lane can be compared with what it was then.
      const isSame = known !== undefined && known.divided[span.eventType] === divided[span.eventType];
      return openLane(runtime, of, span, isSame ? (known.lanes[laneName(span)] ?? noIds) : undefined);
    }),
  );
  // Only the run that wrote a checkpoint sends its first step.
  const steps = spans
    .filter((_, index) => written[index])
    .map((span) => ({ ...of, lane: laneName(span), number: 0 }));
  await sendLaneSteps(runtime, steps);
}

async function sendLost(
  runtime: Runtime,
  of: { pass: Pass; window: string },
  lanes: readonly LaneCheckpoint[],
): Promise<void> {
  const now = runtime.now();
  for (const lane of lanes.filter((one) => isLost(one, now, LOST_AFTER_MS))) {
    const step = { ...of, lane: laneName(lane), number: lane.step };
    if (await noteStep(runtime, keyOf(step), lane.step, { movedAt: now }))
      await sendLaneSteps(runtime, [step]);
  }
}
