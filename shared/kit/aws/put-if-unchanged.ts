import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#kit/config/runtime.ts';
import type { ItemKey } from '#kit/projections/keys.ts';
import { unmarshall } from './unmarshall.ts';

/** What must stand there still: no item, an item whose attribute has this value, or one of both. */
export type Unchanged = 'absent' | { attribute: string; value: unknown; orAbsent?: boolean };

/**
 * Writes an item of the read-model table over what was read, and over nothing else. Answers whether this call wrote it. An answer
 * that was lost, so that the SDK sent the put again, makes no difference: the item bears an id of this call (`by`).
 * AWS calls: one conditional put.
 */
export async function putIfUnchanged(
  runtime: Runtime,
  item: ItemKey & Record<string, unknown>,
  unchanged: Unchanged,
): Promise<boolean> {
  const by = runtime.newId();
  try {
    await runtime.dynamo.send(
      new PutCommand({
        TableName: runtime.setting('READ_MODEL_TABLE'),
        Item: { ...item, by },
        ...conditionOf(unchanged),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return true;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return error.Item !== undefined && unmarshall(error.Item).by === by;
  }
}

const ABSENT = 'attribute_not_exists(pk)';

function conditionOf(unchanged: Unchanged) {
  if (unchanged === 'absent') return { ConditionExpression: ABSENT };
  const { attribute, value, orAbsent } = unchanged;
  return {
    ConditionExpression: orAbsent ? `${ABSENT} OR #attribute = :value` : '#attribute = :value',
    ExpressionAttributeNames: { '#attribute': attribute },
    ExpressionAttributeValues: { ':value': value },
  };
}
