import type { Runtime } from '#kit/config/runtime.ts';
import { fullJitter } from './full-jitter.ts';

const MAX_ATTEMPTS = 8;

/** DynamoDB kept leaving keys over: the table is throttled. */
export class KeysUnprocessed extends Error {
  // The name by which the SDK reports a throttle, which is what this is.
  override readonly name = 'ProvisionedThroughputExceededException';
}

/**
 * Repeats a batch call with what DynamoDB left over, with full jitter between the attempts, until nothing is. Throws
 * KeysUnprocessed after 8 attempts.
 *
 * @param call makes one call and returns what it left over
 */
export async function repeatUnprocessed<Entry>(
  runtime: Runtime,
  entries: readonly Entry[],
  call: (entries: Entry[]) => Promise<readonly Entry[] | undefined>,
): Promise<void> {
  let left = [...entries];
  for (let attempt = 1; left.length > 0; attempt++) {
    if (attempt > MAX_ATTEMPTS) throw new KeysUnprocessed(`${left.length} keys were left over`);
    if (attempt > 1) await fullJitter(runtime, attempt - 1);
    left = [...((await call(left)) ?? [])];
  }
}
