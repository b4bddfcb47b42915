import type { Runtime } from '#kit/config/runtime.ts';

export interface BackoffRange {
  /** ms before the second attempt, at most; doubled for each one after it. */
  baseMs?: number;
  /** ms that no wait exceeds. */
  maxMs?: number;
}

/**
 * Waits before attempt `attempt + 1`: a random part of base × 2^attempt, so that writers that collided do not collide
 * again ("Exponential Backoff and Jitter", AWS Architecture Blog: full jitter).
 */
export const fullJitter = (
  { random, sleep }: Pick<Runtime, 'random' | 'sleep'>,
  attempt: number,
  { baseMs = 20, maxMs = 500 }: BackoffRange = {},
): Promise<void> => sleep(random() * Math.min(maxMs, baseMs * 2 ** attempt));
