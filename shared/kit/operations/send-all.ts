import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { batchesOf } from '#kit/aws/chunks.ts';
import { fullJitter } from '#kit/aws/full-jitter.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { type EventItem, fromItem } from '#kit/event-store/event-item.ts';
import { bodyOf, UnpublishableEvent } from '#kit/messaging/outgoing-message.ts';
import { logHops } from '#kit/observability/hops.ts';
import { type LogContext, logContextOf } from '#kit/observability/log-context.ts';
import type { RateLimiter } from './rate-limiter.ts';

const ATTEMPTS = 5;

/** Of one SendMessageBatch (the SQS limit when this was written was four times that). */
const MAX_BYTES = 256 * 1024;

/** The queue did not take everything. Running the same again is safe: consumers take repeats. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
}

interface Message {
  id: string;
  body: string;
  about: LogContext;
}

/**
 * Sends stored events to the queue of one consumer, as the topic would have delivered them, in this order: a batch goes when the
 * one before has arrived. Answers the `eventId`s of those that can never be sent: each has a line in the log and counts as
 * EventsRefused. Throws NotSent after five attempts at a batch, or what SQS throws; sending all again is safe.
 * AWS calls: one SendMessageBatch for each 10 events or 256 KiB.
 */
export async function sendAll(
  runtime: Runtime,
  { consumer, queue }: { consumer: string; queue: string },
  items: readonly EventItem[],
  rateLimiter: RateLimiter,
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
    let waiting = batch;
    for (let attempt = 1; waiting.length > 0; attempt++) {
      if (attempt > ATTEMPTS) {
        throw new NotSent(
          `the queue of ${consumer} did not take ${waiting.length} events, the first ${waiting[0]?.id}`,
        );
      }
      if (attempt > 1) await fullJitter(runtime, attempt, { baseMs: 100, maxMs: 5_000 });
      const { Failed = [] } = await runtime.sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: queue,
          Entries: waiting.map(({ body }, index) => ({ Id: String(index), MessageBody: body })),
        }),
      );
      const failed = new Map(Failed.map((entry) => [Number(entry.Id), entry]));
      waiting = waiting.filter((message, index) => {
        const { SenderFault, Code, Message: reason } = failed.get(index) ?? {};
        if (SenderFault) refuse(message, { code: Code, reason });
        return failed.has(index) && !SenderFault;
      });
    }
    const sent = batch.filter(({ id }) => !refused.has(id));
    logHops(
      runtime,
      'backfilled',
      'publish',
      sent.map(({ about }) => ({ about, more: { to: consumer } })),
    );
  }
  return refused;
}
