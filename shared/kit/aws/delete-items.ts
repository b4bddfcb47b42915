import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#kit/config/runtime.ts';
import type { ItemKey } from '#kit/projections/keys.ts';
import { chunksOf } from './chunks.ts';
import { repeatUnprocessed } from './unprocessed.ts';

/** Of one BatchWriteItem. */
export const DELETES_PER_CALL = 25;

/**
 * Deletes the items of these (distinct) keys from the read model, where they are there. AWS calls: one batch write for
 * each 25 keys, one after the other; more where DynamoDB leaves keys over. Throws KeysUnprocessed after 8 attempts.
 */
export async function deleteItems(runtime: Runtime, keys: readonly ItemKey[]): Promise<void> {
  const table = runtime.setting('READ_MODEL_TABLE');
  const requests = keys.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } }));
  for (const chunk of chunksOf(requests, DELETES_PER_CALL)) {
    await repeatUnprocessed(runtime, chunk, async (wanted) => {
      const { UnprocessedItems } = await runtime.dynamo.send(
        new BatchWriteCommand({ RequestItems: { [table]: wanted } }),
      );
      return UnprocessedItems?.[table] as typeof wanted | undefined;
    });
  }
}
