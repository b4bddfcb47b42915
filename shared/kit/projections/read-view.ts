import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#kit/config/runtime.ts';
import { liveGeneration } from './generations.ts';
import { type ItemKey, keyInGeneration, withoutStorageKeys } from './keys.ts';

/**
 * The view with this key in the live generation of a projection, as far as it has got.
 * AWS calls: one get, consistent unless asked otherwise, and the live generation (`liveGeneration`).
 */
export const readView = async <View>(
  runtime: Runtime,
  projection: string,
  key: ItemKey,
  options?: { consistent?: boolean },
): Promise<View | undefined> =>
  readStored<View>(runtime, keyInGeneration(await liveGeneration(runtime, projection), key), options);

/** The view with this key, of whatever generation the key is. AWS calls: one get, consistent unless asked otherwise. */
export async function readStored<View>(
  runtime: Runtime,
  key: ItemKey,
  { consistent = true } = {},
): Promise<View | undefined> {
  const { Item } = await runtime.dynamo.send(
    new GetCommand({
      TableName: runtime.setting('READ_MODEL_TABLE'),
      Key: key,
      ...(consistent && { ConsistentRead: true }),
    }),
  );
  return Item && withoutStorageKeys<View>(Item);
}
