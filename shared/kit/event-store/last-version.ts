import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#kit/config/runtime.ts';

/** The version that a stream has reached, 0 where there is none; strongly consistent. Reads one event. */
export const lastVersion = async (runtime: Runtime, streamId: string): Promise<number> =>
  (await lastEvent(runtime, streamId)).version;

/** That version, and when its event was appended (ISO; absent where there is none). */
export async function lastEvent(
  runtime: Runtime,
  streamId: string,
): Promise<{ version: number; timestamp?: string }> {
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
  const [event] = Items;
  return { version: event?.version ?? 0, timestamp: event?.metadata?.timestamp };
}
