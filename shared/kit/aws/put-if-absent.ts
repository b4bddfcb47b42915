import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#kit/config/runtime.ts';
import type { ItemKey } from '#kit/projections/keys.ts';

/**
 * Writes an item that is made of one event alone, and never changes what is there: a second delivery, or a lost
 * answer, makes no difference. AWS calls: one conditional put.
 */
export async function putIfAbsent(runtime: Runtime, item: ItemKey & Record<string, unknown>): Promise<void> {
  try {
    await runtime.dynamo.send(
      new PutCommand({
        TableName: runtime.setting('READ_MODEL_TABLE'),
        Item: item,
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
