import { fullJitter } from '#kit/aws/full-jitter.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { toMessage } from '#kit/messaging/outgoing-message.ts';
import { publish } from '#kit/messaging/publish.ts';
import type { RateLimiter } from './rate-limiter.ts';

const ATTEMPTS = 5;

/** The topic did not take everything. Running the same again is safe: consumers take repeats. */
export class NotPublished extends Error {
  override readonly name = 'NotPublished';
}

/** Puts stored events on the topic, all of them. Throws NotPublished after five tries. */
export async function publishAll(
  runtime: Runtime,
  events: readonly StoredEvent[],
  pace: RateLimiter,
): Promise<void> {
  await pace(events.length);
  let waiting = events.map((event) => toMessage(runtime, event));
  for (let attempt = 1; waiting.length > 0; attempt++) {
    if (attempt > ATTEMPTS) {
      throw new NotPublished(`the topic did not take ${waiting.length} events, the first ${waiting[0]?.id}`);
    }
    if (attempt > 1) await fullJitter(runtime, attempt, { baseMs: 100, maxMs: 5_000 });
    const failed = await publish(runtime, waiting);
    waiting = waiting.filter(({ id }) => failed.has(id));
  }
}
