import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#kit/config/runtime.ts';
import type { ItemKey } from '#kit/projections/keys.ts';

/** Of one BatchGetItem. */
const KEYS_PER_CALL = 100;

const MAX_ATTEMPTS = 8;
const BASE_DELAY_MS = 20;
const MAX_DELAY_MS = 500;

/** Keys kept being left over: the table is throttled. */
export class KeysUnprocessed extends Error {
  // The name by which the SDK reports a throttle, which is what this is.
  override readonly name = 'ProvisionedThroughputExceededException';
}

/**
 * The items of these (distinct) keys that there are, in no order; eventually consistent unless asked otherwise. AWS
 * calls: one batch get for each 100 keys, all at once; more where DynamoDB leaves keys over. Throws KeysUnprocessed
 * after 8 attempts.
 */
export async function batchGet(
  runtime: Runtime,
  keys: readonly ItemKey[],
  { consistent = false } = {},
): Promise<Record<string, unknown>[]> {
  const chunks: ItemKey[][] = [];
  for (let start = 0; start < keys.length; start += KEYS_PER_CALL) {
    chunks.push(keys.slice(start, start + KEYS_PER_CALL));
  }
  return (await Promise.all(chunks.map((chunk) => getChunk(runtime, chunk, consistent)))).flat();
}

async function getChunk(
  runtime: Runtime,
  keys: readonly ItemKey[],
  ConsistentRead: boolean,
): Promise<Record<string, unknown>[]> {
  const table = runtime.setting('READ_MODEL_TABLE');
  const found: Record<string, unknown>[] = [];
  let wanted: Record<string, unknown>[] = keys.map(({ pk, sk }) => ({ pk, sk }));
  for (let attempt = 1; ; attempt++) {
    const answer = await runtime.dynamo.send(
      new BatchGetCommand({ RequestItems: { [table]: { Keys: wanted, ConsistentRead } } }),
    );
    found.push(...(answer.Responses?.[table] ?? []));
    wanted = answer.UnprocessedKeys?.[table]?.Keys ?? [];
    if (wanted.length === 0) return found;
    if (attempt >= MAX_ATTEMPTS) throw new KeysUnprocessed(`${wanted.length} keys were left over`);
    await runtime.sleep(runtime.random() * Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** attempt));
  }
}
