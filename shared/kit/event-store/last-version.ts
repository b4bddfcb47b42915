import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#kit/config/runtime.ts';

/** The version that a stream has reached, 0 where there is none; strongly consistent. Reads one event. */
export async function lastVersion(runtime: Runtime, streamId: string): Promise<number> {
  const { Items = [] } = await runtime.dynamo.send(
    new QueryCommand({
      TableName: runtime.setting('EVENTS_TABLE'),
      KeyConditionExpression: 'streamId = :streamId',
      ExpressionAttributeValues: { ':streamId': streamId },
      ConsistentRead: true,
      ScanIndexForward: false,
      Limit: 1,
    }),
  );
  return Items[0]?.version ?? 0;
}
