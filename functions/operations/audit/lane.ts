import * as z from 'zod';
import { putIfUnchanged } from '#kit/aws/put-if-unchanged.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { problemsOf } from '#kit/events/field-errors.ts';
import { InvalidEnvelope } from '#kit/events/unreadable-event.ts';
import { type IdDigest, noIds } from '#kit/operations/id-digest.ts';
import { auditLaneKey, auditLanesPartition, type ItemKey } from '#kit/projections/keys.ts';
import { readCheckpointAt, readCheckpointsIn, type StepCheckpoint } from '#kit/steps/checkpoint.ts';
import { sendStepMessages } from '#kit/steps/send-steps.ts';
import type { Finding } from './check-delivery.ts';
import { type LaneSpan, laneName } from './lane-span.ts';
import type { Pass } from './state.ts';
import { expiryOf } from './windows.ts';

/** What the messages are that carry a step of a lane. */
export const AUDIT_STEP = 'audit-step';

/** How far a lane has got. Of what it counts, nothing is counted twice, however often its steps are done. */
export interface LaneCheckpoint extends StepCheckpoint, LaneSpan {
  /** Of the second pass: what had arrived when the first one was here. Absent where nobody knows. */
  expected?: IdDigest;
  /** Comparing reads keys alone; where they are not what was expected, all is checked from the begin. */
  phase: 'comparing' | 'checking';
  /** The `eventId` after which the phase goes on. */
  after?: string | undefined;
  /** What this phase has found arrived; when comparing, what there is. */
  arrived: IdDigest;
  /** Checked. */
  events: number;
  /** Had not arrived, and were sent again. */
  behind: number;
  /** Some of these: the first ones, and the first one of each consumer. */
  findings: Finding[];
}

const step = z.strictObject({
  pass: z.enum(['first', 'second']),
  /** Where the window begins, ISO 8601. */
  window: z.iso.datetime({ precision: 3 }),
  lane: z.string(),
  /** 0, 1, 2 …: which of the lane's steps it is. */
  number: z.int().nonnegative(),
});

/** A bounded piece of the work on a lane: a message on the queue of the consumer `audit-steps`. */
export type LaneStep = z.infer<typeof step>;

/** Throws InvalidEnvelope, which is poison, for what is no step. */
export function readStep(given: unknown): LaneStep {
  const parsed = step.safeParse(given);
  if (!parsed.success) throw new InvalidEnvelope(problemsOf(parsed.error));
  return parsed.data;
}

export const keyOf = ({ pass, window, lane }: Omit<LaneStep, 'number'>): ItemKey =>
  auditLaneKey(pass, window, lane);

/** The lane's first, unless it has one. Answers whether this call wrote it. AWS calls: one conditional put. */
export function openLane(
  runtime: Runtime,
  of: { pass: Pass; window: string },
  span: LaneSpan,
  expected: IdDigest | undefined,
): Promise<boolean> {
  const checkpoint: LaneCheckpoint = {
    ...span,
    ...(expected && { expected }),
    phase: expected ? 'comparing' : 'checking',
    arrived: noIds,
    events: 0,
    behind: 0,
    findings: [],
    step: 0,
    ended: false,
    movedAt: runtime.now(),
  };
  const key = keyOf({ ...of, lane: laneName(span) });
  return putIfUnchanged(runtime, { ...key, ...checkpoint, expiresAt: expiryOf(runtime) }, 'absent');
}

/** AWS calls: one consistent get. */
export const readLane = (runtime: Runtime, of: LaneStep): Promise<LaneCheckpoint | undefined> =>
  readCheckpointAt(runtime, keyOf(of));

/** Of every lane of a window. AWS calls: a consistent query for each megabyte. */
export const readLanes = (
  runtime: Runtime,
  { pass, window }: { pass: Pass; window: string },
): Promise<LaneCheckpoint[]> => readCheckpointsIn(runtime, auditLanesPartition(pass, window));

/** See `sendStepMessages`. */
export const sendLaneSteps = (runtime: Runtime, steps: readonly LaneStep[]): Promise<void> =>
  sendStepMessages(runtime, { queueUrl: runtime.setting('AUDIT_QUEUE_URL'), type: AUDIT_STEP }, steps);
