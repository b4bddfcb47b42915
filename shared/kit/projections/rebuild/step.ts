import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { chunksOf, MAX_BATCH_ENTRIES } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { problemsOf } from '#kit/events/field-errors.ts';
import { InvalidEnvelope } from '#kit/events/unreadable-event.ts';
import { MESSAGE_TYPE } from '#kit/messaging/delivery.ts';

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

/** AWS calls: one for each ten steps. Throws where the queue does not take them all; some may have been sent then. */
export async function sendSteps(
  runtime: Runtime,
  queueUrl: string,
  steps: readonly Step[],
  delaySeconds = 0,
): Promise<void> {
  for (const chunk of chunksOf(steps, MAX_BATCH_ENTRIES)) {
    const { Failed = [] } = await runtime.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: chunk.map((one, index) => ({
          Id: String(index),
          MessageBody: JSON.stringify(one),
          MessageAttributes: { [MESSAGE_TYPE]: { DataType: 'String', StringValue: REBUILD_STEP } },
          DelaySeconds: delaySeconds,
        })),
      }),
    );
    if (Failed[0]) throw new Error(`${Failed.length} steps were not sent: ${Failed[0].Message}`);
  }
}
