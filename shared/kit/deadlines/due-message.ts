import * as z from 'zod';
import type { Runtime } from '#kit/config/runtime.ts';
import { problemsOf } from '#kit/events/field-errors.ts';
import { MESSAGE_TYPE } from '#kit/events/message-attributes.ts';
import { InvalidEnvelope } from '#kit/events/unreadable-event.ts';
import { sendWholeBatch } from '#kit/messaging/send-batch.ts';

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

/** Of one message (SQS API reference, SendMessageBatch). */
const MAX_DELAY_SECONDS = 900;

/** Sends up to 10 to the queue QUEUE_URL, which hides each of them until it is due. Throws and calls AWS as `sendWholeBatch`. */
export const sendDueEvents = (runtime: Runtime, events: readonly DueEvent[]): Promise<void> =>
  sendWholeBatch(
    runtime,
    {
      queueUrl: runtime.setting('QUEUE_URL'),
      entryOf: (event) => ({
        MessageBody: JSON.stringify(event),
        MessageAttributes: { [MESSAGE_TYPE]: { DataType: 'String', StringValue: DUE } },
        DelaySeconds: secondsUntil(event, runtime.now()),
      }),
    },
    events,
  );

const secondsUntil = ({ dueAt }: DueEvent, now: number): number =>
  Math.min(Math.max(Math.ceil((Date.parse(dueAt) - now) / 1_000), 0), MAX_DELAY_SECONDS);
