import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#kit/config/runtime.ts';
import { chunksOf } from './chunks.ts';
import { repeatUnprocessed } from './unprocessed.ts';

type Item = Record<string, unknown>;

/** Of one BatchGetItem. */
export const KEYS_PER_GET = 100;

/**
 * The items of these (distinct) keys that there are, in no order; eventually consistent unless asked otherwise. AWS
 * calls: one batch get for each 100 keys, all at once; more where DynamoDB leaves keys over. Throws KeysUnprocessed
 * after 8 attempts.
 *
 * @param table the setting that names the table
 * @param keys primary keys and nothing else
 */
export async function batchGet(
  runtime: Runtime,
  table: 'EVENTS_TABLE' | 'READ_MODEL_TABLE' | 'IDEMPOTENCY_TABLE',
  keys: readonly object[],
  { consistent = false } = {},
): Promise<Item[]> {
  const name = runtime.setting(table);
  const found = await Promise.all(
    chunksOf(keys as Item[], KEYS_PER_GET).map(async (chunk) => {
      const items: Item[] = [];
      await repeatUnprocessed(runtime, chunk, async (Keys) => {
        const { Responses, UnprocessedKeys } = await runtime.dynamo.send(
          new BatchGetCommand({ RequestItems: { [name]: { Keys, ConsistentRead: consistent } } }),
        );
        items.push(...(Responses?.[name] ?? []));
        return UnprocessedKeys?.[name]?.Keys;
      });
      return items;
    }),
  );
  return found.flat();
}
