import * as z from 'zod';
import type { Runtime } from '#kit/config/runtime.ts';
import { problemsOf } from '#kit/events/field-errors.ts';
import { InvalidEnvelope } from '#kit/events/unreadable-event.ts';
import { sendStepMessages } from '#kit/steps/send-steps.ts';

/** What the messages are that carry a step. */
export const REBUILD_STEP = 'rebuild-step';

const step = z.strictObject({
  projection: z.string(),
  generation: z.int().positive(),
  phase: z.enum(['filling', 'comparing', 'dropping']),
  segment: z.int().nonnegative(),
  /** 0, 1, 2 …: which of the segment's steps it is. */
  number: z.int().nonnegative(),
});

/**
 * A bounded piece of the work on a generation: a message on the projection's own queue, among its events, so that it is
 * retried, dead-lettered and redriven as they are, by as many Lambdas as the queue asks for.
 */
export type Step = z.infer<typeof step>;
export type WorkingPhase = Step['phase'];

/** Throws InvalidEnvelope, which is poison, for what is no step. */
export function readStep(given: unknown): Step {
  const parsed = step.safeParse(given);
  if (!parsed.success) throw new InvalidEnvelope(problemsOf(parsed.error));
  return parsed.data;
}

/** See `sendStepMessages`. */
export const sendSteps = (
  runtime: Runtime,
  queueUrl: string,
  steps: readonly Step[],
  delaySeconds = 0,
): Promise<void> => sendStepMessages(runtime, { queueUrl, type: REBUILD_STEP }, steps, delaySeconds);
