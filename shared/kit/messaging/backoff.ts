/** SQS takes 12 hours; longer than this only hides a message from the people who look for it. */
const MAX_DELAY_SECONDS = 900;

/**
 * Seconds until the next try after the n-th receive: base × 2ⁿ⁻¹, of which half is drawn by chance, so that
 * what failed together does not come back together ("Exponential Backoff and Jitter", AWS Architecture Blog).
 * Base 0 = at once.
 */
export function backoffSeconds(receiveCount: number, baseSeconds: number, random: () => number): number {
  const ceiling = Math.min(MAX_DELAY_SECONDS, baseSeconds * 2 ** (receiveCount - 1));
  return Math.ceil(ceiling / 2 + (random() * ceiling) / 2);
}
