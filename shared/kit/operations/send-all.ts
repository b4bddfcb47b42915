import { batchesOf } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { type EventItem, fromItem } from '#kit/event-store/event-item.ts';
import { bodyOf, UnpublishableEvent } from '#kit/messaging/outgoing-message.ts';
import { sendBatch } from '#kit/messaging/send-batch.ts';
import { logHops } from '#kit/observability/hops.ts';
import { type LogContext, logContextOf } from '#kit/observability/log-context.ts';
import type { RateLimiter } from './rate-limiter.ts';

/** Of one SendMessageBatch (the SQS limit when this was written was four times that). */
const MAX_BYTES = 256 * 1024;

interface Message {
  id: string;
  body: string;
  about: LogContext;
}

const entryOf = ({ body }: Message) => ({ MessageBody: body });

/**
 * Sends stored events to the queue of one consumer, as the topic would have delivered them, in this order: a batch goes when the
 * one before has arrived. Answers the `eventId`s of those that can never be sent: each has a line in the log and counts as
 * EventsRefused. Throws NotSent, or what SQS throws; sending all again is safe.
 * AWS calls: `sendBatch` for each 10 events or 256 KiB.
 *
 * @param word what the line in the log says of them
 */
export async function sendAll(
  runtime: Runtime,
  { consumer, queue }: { consumer: string; queue: string },
  items: readonly EventItem[],
  rateLimiter: RateLimiter,
  word: 'backfilled' | 'redelivered',
): Promise<Set<string>> {
  const refused = new Set<string>();
  const refuse = (
    { id, about }: Pick<Message, 'id' | 'about'>,
    why: Record<string, string | Error | undefined>,
  ) => {
    refused.add(id);
    runtime.metrics.count('EventsRefused');
    runtime.logger.error('event refused', { hop: 'publish', to: consumer, ...about, ...why });
  };
  const messages = items.flatMap((item): Message[] => {
    const event = fromItem(item);
    const about = logContextOf(event);
    try {
      return [{ id: event.eventId, body: bodyOf(event), about }];
    } catch (error) {
      if (!(error instanceof UnpublishableEvent)) throw error;
      refuse({ id: event.eventId, about }, { error });
      return [];
    }
  });
  for (const batch of batchesOf(messages, ({ body }) => Buffer.byteLength(body), MAX_BYTES)) {
    await rateLimiter(batch.length);
    for (const { message, code, reason } of await sendBatch(runtime, { queueUrl: queue, entryOf }, batch)) {
      refuse(message, { code, reason });
    }
    const sent = batch.filter(({ id }) => !refused.has(id));
    logHops(
      runtime,
      word,
      'publish',
      sent.map(({ about }) => ({ about, more: { to: consumer } })),
    );
  }
  return refused;
}
