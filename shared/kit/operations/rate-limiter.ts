import type { Runtime } from '#kit/config/runtime.ts';

/** Waits until so many more may go: the n-th never leaves earlier than n / rate seconds after the start. */
export type RateLimiter = (count: number) => Promise<void>;

/** @param rate a second; undefined = as fast as it goes */
export function createRateLimiter(runtime: Runtime, rate: number | undefined): RateLimiter {
  if (rate === undefined) return async () => {};
  const start = runtime.now();
  let gone = 0;
  return async (count) => {
    const wait = start + (gone / rate) * 1_000 - runtime.now();
    gone += count;
    if (wait > 0) await runtime.sleep(wait);
  };
}
