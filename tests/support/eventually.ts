import { setTimeout as pause } from 'node:timers/promises';

export interface EventuallyOptions {
  /** How long the condition may take to become true, in milliseconds. Default 10,000. */
  timeoutMs?: number;
  /** Time between two attempts, in milliseconds. Default 15. */
  everyMs?: number;
}

/**
 * Runs `attempt` until it neither throws nor returns `false`, and answers what it returned.
 * When the time is up it rejects with the last failure, so that a test shows the assertion that did not hold.
 */
export async function eventually<T>(
  attempt: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 15 }: EventuallyOptions = {},
): Promise<Exclude<T, false>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let failure: unknown;
    try {
      const result = await attempt();
      if (result !== false) return result as Exclude<T, false>;
      failure = new Error(`still false after ${timeoutMs} ms: ${attempt}`);
    } catch (error) {
      failure = error;
    }
    if (Date.now() >= deadline) throw failure;
    await pause(everyMs);
  }
}
