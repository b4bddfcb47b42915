/** SQS takes 12 hours; longer than this only hides a message from the people who look for it. */
const MAX_DELAY_SECONDS = 900;

/**
 * Seconds until the next attempt after the n-th receive: base × 2ⁿ⁻¹, of which half is drawn by chance, so that
 * what failed together does not come back together ("Exponential Backoff and Jitter", AWS Architecture Blog).
 * Base 0 = at once.
 */
export const backoffSeconds = (receiveCount: number, baseSeconds: number, random: () => number): number =>
  halfJitter(Math.min(MAX_DELAY_SECONDS, baseSeconds * 2 ** (receiveCount - 1)), random);

/** As long as a deployment is watched before it counts as done: within SQS's 12 hours for all receives together. */
const MAX_WAIT_SECONDS = 7_200;

/**
 * Seconds until a message of newer code is tried again: base × 30 × 5ⁿ⁻¹, of which half is drawn by chance. With a base of 2
 * seconds and five receives it waits for 1.26 to 2.5 hours in all, which is longer than a deployment or a rollback takes.
 */
export const waitSeconds = (receiveCount: number, baseSeconds: number, random: () => number): number =>
  halfJitter(Math.min(MAX_WAIT_SECONDS, baseSeconds * 30 * 5 ** (receiveCount - 1)), random);

const halfJitter = (ceiling: number, random: () => number): number =>
  Math.ceil(ceiling / 2 + (random() * ceiling) / 2);
