import { chunksOf } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { getStored } from '#kit/event-store/by-type.ts';
import type { RateLimiter } from '#kit/operations/rate-limiter.ts';
import { sendAll } from '#kit/operations/send-all.ts';
import { subscriptionOf } from '#kit/operations/subscriptions.ts';
import type { Finding } from './check-delivery.ts';

/** What one BatchGetItem brings. */
const PAGE_SIZE = 100;

/** Messages a second. More would reach a consumer as a burst. */
export const REDELIVERIES_PER_SECOND = 200;

export interface Redelivered {
  /** Messages that went out. */
  sent: number;
  /** Consumers whose queue did not take everything; the log says why. */
  unsent: ReadonlySet<string>;
}

/**
 * Redelivers what was found, as it was stored, to the queues of those who have not had it, and to nobody else. A projection
 * gets the newest event of each stream: it reads what comes before from the events table. A queue that takes nothing keeps nobody else
 * waiting: its consumer is left out, and named. Sending all again is safe.
 * AWS calls: a batch get for each 100 events; a SendMessageBatch for each 10 messages of a consumer.
 */
export async function redeliver(
  runtime: Runtime,
  findings: readonly Finding[],
  rateLimiter: RateLimiter,
): Promise<Redelivered> {
  let sent = 0;
  const unsent = new Set<string>();
  for (const chunk of chunksOf([...findings], PAGE_SIZE)) {
    const stored = new Map((await getStored(runtime, chunk)).map((item) => [item.eventId, item]));
    for (const [consumer, lacking] of byConsumer(chunk)) {
      if (unsent.has(consumer)) continue;
      const events = lacking.flatMap(({ eventId }) => stored.get(eventId) ?? []);
      try {
        const to = subscriptionOf(runtime, consumer);
        const refused = await sendAll(runtime, to, events, rateLimiter, 'redelivered');
        sent += events.length - refused.size;
      } catch (error) {
        unsent.add(consumer);
        runtime.logger.error('not redelivered', {
          to: consumer,
          events: events.length,
          error: error as Error,
        });
      }
    }
  }
  return { sent, unsent };
}

/** What each consumer is sent: all that it lacks; a projection, of each stream the newest. */
function byConsumer(findings: readonly Finding[]): Map<string, Finding[]> {
  const lacking = new Map<string, Map<string, Finding>>();
  for (const finding of findings) {
    for (const { consumer, reached } of finding.missingAt) {
      const isProjection = reached !== undefined;
      const own = lacking.get(consumer) ?? new Map<string, Finding>();
      const key = isProjection ? finding.streamId : finding.eventId;
      if ((own.get(key)?.version ?? 0) < finding.version) own.set(key, finding);
      lacking.set(consumer, own);
    }
  }
  return new Map([...lacking].map(([consumer, own]) => [consumer, [...own.values()]]));
}
