import { fullJitter } from '#kit/aws/full-jitter.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import type { PublishableEvent } from '#kit/event-store/event-item.ts';
import { publish } from '#kit/messaging/publish.ts';
import type { RateLimiter } from './rate-limiter.ts';

const ATTEMPTS = 5;

/** The topic did not take everything. Running the same again is safe: consumers take repeats. */
export class NotPublished extends Error {
  override readonly name = 'NotPublished';
}

/**
 * Puts stored events on the topic, all of them but those that can never be published; answers the `eventId`s of these.
 * Throws NotPublished after five attempts.
 */
export async function publishAll(
  runtime: Runtime,
  events: readonly PublishableEvent[],
  rateLimiter: RateLimiter,
): Promise<Set<string>> {
  await rateLimiter(events.length);
  const refused = new Set<string>();
  let waiting = [...events];
  for (let attempt = 1; waiting.length > 0; attempt++) {
    if (attempt > ATTEMPTS) {
      throw new NotPublished(
        `the topic did not take ${waiting.length} events, the first ${waiting[0]?.eventId}`,
      );
    }
    if (attempt > 1) await fullJitter(runtime, attempt, { baseMs: 100, maxMs: 5_000 });
    const unpublished = await publish(runtime, waiting);
    for (const id of unpublished.refused) refused.add(id);
    waiting = waiting.filter(({ eventId }) => unpublished.failed.has(eventId));
  }
  return refused;
}
