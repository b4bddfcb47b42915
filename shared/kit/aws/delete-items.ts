import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#kit/config/runtime.ts';
import type { ItemKey } from '#kit/projections/keys.ts';
import { KeysUnprocessed } from './batch-get.ts';

/** Of one BatchWriteItem. */
export const DELETES_PER_CALL = 25;

const MAX_ATTEMPTS = 8;
const BASE_DELAY_MS = 20;
const MAX_DELAY_MS = 500;

/**
 * Deletes the items of these (distinct) keys, where they are there. AWS calls: one batch write for each 25 keys, one
 * after the other; more where DynamoDB leaves keys over. Throws KeysUnprocessed after 8 attempts.
 */
export async function deleteItems(runtime: Runtime, keys: readonly ItemKey[]): Promise<void> {
  const table = runtime.setting('READ_MODEL_TABLE');
  for (let at = 0; at < keys.length; at += DELETES_PER_CALL) {
    let wanted: object[] = keys
      .slice(at, at + DELETES_PER_CALL)
      .map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } }));
    for (let attempt = 1; wanted.length > 0; attempt++) {
      if (attempt > MAX_ATTEMPTS) throw new KeysUnprocessed(`${wanted.length} keys were left over`);
      if (attempt > 1) {
        await runtime.sleep(runtime.random() * Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** attempt));
      }
      const { UnprocessedItems } = await runtime.dynamo.send(
        new BatchWriteCommand({ RequestItems: { [table]: wanted } }),
      );
      wanted = UnprocessedItems?.[table] ?? [];
    }
  }
}
