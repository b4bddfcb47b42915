import type { Runtime } from '#kit/config/runtime.ts';

/** Waits until so many more may go. Time in which nothing went is not made up for: what follows is no burst. */
export type RateLimiter = (count: number) => Promise<void>;

/** @param rate a second; undefined = as fast as it goes */
export function createRateLimiter(runtime: Runtime, rate: number | undefined): RateLimiter {
  if (rate === undefined) return async () => {};
  let next = runtime.now();
  return async (count) => {
    const now = runtime.now();
    const at = Math.max(next, now);
    next = at + (count / rate) * 1_000;
    if (at > now) await runtime.sleep(at - now);
  };
}
