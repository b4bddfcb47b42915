import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { chunksOf } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { getStored } from '#kit/event-store/by-type.ts';
import { fromItem, toPublishable } from '#kit/event-store/event-item.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { bodyOf } from '#kit/messaging/outgoing-message.ts';
import { logContextOf } from '#kit/observability/log-context.ts';
import { queuesOf } from '#kit/operations/consumer-queues.ts';
import { publishAll } from '#kit/operations/publish-all.ts';
import type { RateLimiter } from '#kit/operations/rate-limiter.ts';
import { type Finding, isMissingOnlyAtProjections, type MissingAt } from './check-delivery.ts';

/** What one BatchGetItem brings. */
const PAGE_SIZE = 100;
const SENDERS = 10;

/** Events a second. More would reach the consumers as a burst, and a small region's topic takes 300. */
export const REDELIVERIES_PER_SECOND = 200;

/**
 * Redelivers what was found, as it was stored. What is missing at anyone but a projection may never have been published:
 * it goes to the topic, so to everybody. Where it is missing only at a projection, a wake-up message is enough: the
 * stream's newest event, to the projection's own queue; the projection reads what comes before from the events table.
 * Answers how many messages went out. Throws NotPublished, or what SQS throws; sending all again is safe.
 * AWS calls: a batch get for each 100; a publish for each 10; a send for each wake-up message.
 */
export async function redeliver(
  runtime: Runtime,
  findings: readonly Finding[],
  rateLimiter: RateLimiter,
): Promise<number> {
  let sent = 0;
  for (const chunk of chunksOf(
    findings.filter((finding) => !isMissingOnlyAtProjections(finding)),
    PAGE_SIZE,
  )) {
    const events = (await getStored(runtime, chunk)).map(toPublishable);
    const refused = await publishAll(runtime, events, rateLimiter);
    sent += events.length - refused.size;
  }
  for (const chunk of chunksOf(wakeUpsOf(findings), PAGE_SIZE)) {
    const stored = new Map((await getStored(runtime, chunk)).map((item) => [item.eventId, item]));
    for (const several of chunksOf(chunk, SENDERS)) {
      await rateLimiter(several.length);
      const outcomes = await Promise.all(
        several.map(async ({ eventId, missingAt }) => {
          const event = stored.get(eventId);
          return event !== undefined && (await notifyProjection(runtime, missingAt, fromItem(event)));
        }),
      );
      sent += outcomes.filter((isSent) => isSent).length;
    }
  }
  return sent;
}

/** Of each stream and projection the newest event. */
function wakeUpsOf(findings: readonly Finding[]): Finding[] {
  const newest = new Map<string, Finding>();
  for (const finding of findings) {
    if (!isMissingOnlyAtProjections(finding)) continue;
    const other = newest.get(finding.streamId);
    if (!other || other.version < finding.version) newest.set(finding.streamId, finding);
  }
  return [...newest.values()];
}

/** Answers whether it was sent; an event that no queue can take is reported and left. */
async function notifyProjection(
  runtime: Runtime,
  projections: readonly MissingAt[],
  event: StoredEvent,
): Promise<boolean> {
  const about = logContextOf(event);
  for (const { consumer } of projections) {
    try {
      const { queue: QueueUrl } = queuesOf(runtime, consumer);
      await runtime.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: bodyOf(event) }));
    } catch (error) {
      if (!isMessageFault(error)) throw error;
      runtime.metrics.count('EventsRefused');
      runtime.logger.error('event refused', {
        hop: 'publish',
        to: consumer,
        ...about,
        error: error as Error,
      });
      return false;
    }
    runtime.logger.info('sent again', { hop: 'publish', to: consumer, ...about });
  }
  return true;
}

/** SQS says that it is the message that is wrong (SQS API reference, SendMessage), or it is no message at all. */
const isMessageFault = (error: unknown): boolean =>
  error instanceof Error &&
  ['UnpublishableEvent', 'InvalidMessageContents', 'InvalidParameterValue'].includes(error.name);
