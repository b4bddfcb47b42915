import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { MAX_BATCH_ENTRIES } from '#kit/aws/chunks.ts';
import { fullJitter } from '#kit/aws/full-jitter.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { problemsOf } from '#kit/events/field-errors.ts';
import { InvalidEnvelope } from '#kit/events/unreadable-event.ts';
import { MESSAGE_TYPE } from '#kit/messaging/delivery.ts';

/** The type of a message that says: this event falls due. */
export const DUE = 'due';

const dueEvent = z.object({
  streamId: z.string().min(1),
  version: z.int().positive(),
  eventId: z.uuid(),
  /** What the event's `dueAt` said when it was appended. */
  dueAt: z.iso.datetime({ precision: 3 }),
});

/** Where an event with a deadline is, and when it falls due. */
export type DueEvent = z.infer<typeof dueEvent>;

/** Throws InvalidEnvelope. */
export function parseDueEvent(body: unknown): DueEvent {
  const parsed = dueEvent.safeParse(body);
  if (!parsed.success) throw new InvalidEnvelope(problemsOf(parsed.error));
  return parsed.data;
}

/** The queue did not take everything. Sending all again is safe. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
}

const ATTEMPTS = 5;

/** Of one message (SQS API reference, SendMessageBatch). */
const MAX_DELAY_SECONDS = 900;

/**
 * Sends up to 10 to the queue QUEUE_URL, which hides each of them until it is due. Throws NotSent after five attempts,
 * or what SQS throws. AWS calls: one SendMessageBatch an attempt.
 */
export async function sendDueEvents(runtime: Runtime, events: readonly DueEvent[]): Promise<void> {
  if (events.length > MAX_BATCH_ENTRIES) throw new Error(`${events.length} messages in one batch`);
  let waiting = events;
  for (let attempt = 1; waiting.length > 0; attempt++) {
    if (attempt > ATTEMPTS) throw new NotSent(`the queue did not take ${waiting.length} due events`);
    if (attempt > 1) await fullJitter(runtime, attempt, { baseMs: 100, maxMs: 2_000 });
    const now = runtime.now();
    const { Failed = [] } = await runtime.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: runtime.setting('QUEUE_URL'),
        Entries: waiting.map((event, index) => ({
          Id: String(index),
          MessageBody: JSON.stringify(event),
          MessageAttributes: { [MESSAGE_TYPE]: { DataType: 'String', StringValue: DUE } },
          DelaySeconds: secondsUntil(event, now),
        })),
      }),
    );
    const failed = new Set(Failed.map(({ Id }) => Number(Id)));
    waiting = waiting.filter((_, index) => failed.has(index));
  }
}

const secondsUntil = ({ dueAt }: DueEvent, now: number): number =>
  Math.min(Math.max(Math.ceil((Date.parse(dueAt) - now) / 1_000), 0), MAX_DELAY_SECONDS);
