import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#kit/config/runtime.ts';
import {
  BY_DUE_INDEX,
  DUE_SHARDS,
  duePartitionOf,
  MINUTE_MS,
  readDueKey,
} from '#kit/event-store/due-keys.ts';
import type { DueEvent } from './due-message.ts';

/** The partitions of the minutes that touch a time: one after the other, the shards of each side by side. ms since 1970, both inclusive. */
export function partitionsOf(from: number, to: number): string[] {
  const first = from - (from % MINUTE_MS);
  const minutes = Math.floor((to - first) / MINUTE_MS) + 1;
  return Array.from({ length: minutes * DUE_SHARDS }, (_, index) =>
    duePartitionOf(first + Math.floor(index / DUE_SHARDS) * MINUTE_MS, index % DUE_SHARDS),
  );
}

export interface DuePage {
  events: DueEvent[];
  /** The key to go on after; absent at the partition's end. */
  next?: string;
}

/**
 * One page of a partition in the order of due times, after the key `after` and before `before`. Eventually consistent.
 * AWS calls: one query.
 */
export async function readDuePage(
  runtime: Runtime,
  partition: string,
  { after = '0', before, limit }: { after?: string | undefined; before: string; limit: number },
): Promise<DuePage> {
  const { Items = [], LastEvaluatedKey } = await runtime.dynamo.send(
    new QueryCommand({
      TableName: runtime.setting('EVENTS_TABLE'),
      IndexName: BY_DUE_INDEX,
      KeyConditionExpression: 'duePartition = :partition AND dueKey BETWEEN :after AND :before',
      ExpressionAttributeValues: { ':partition': partition, ':after': after, ':before': before },
      Limit: limit,
    }),
  );
  const found = (Items as { streamId: string; version: number; dueKey: string }[]).filter(
    ({ dueKey }) => dueKey > after,
  );
  const events = found.map(({ streamId, version, dueKey }) => ({ streamId, version, ...readDueKey(dueKey) }));
  return LastEvaluatedKey ? { events, next: String(LastEvaluatedKey.dueKey) } : { events };
}
