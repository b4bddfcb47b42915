import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { batchGet } from '#kit/aws/batch-get.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import type { ItemKey } from '#kit/projections/keys.ts';

/** An index that has the keys of items alone; its sort key begins with a time. */
export interface KeyIndex {
  name: string;
  partitionKey: string;
  sortKey: string;
}

/** Where an item is, and its place in the list. */
export interface Entry {
  key: ItemKey;
  place: string;
}

/**
 * The newest entries of several partitions, merged, from `before` on: at most `limit`, and whether there are more. The index is eventually
 * consistent. AWS calls: one query for each partition, all at once.
 */
export async function newestKeys(
  runtime: Runtime,
  { name, partitionKey, sortKey }: KeyIndex,
  partitions: readonly string[],
  before: string,
  limit: number,
): Promise<{ entries: Entry[]; isEnd: boolean }> {
  const pages = await Promise.all(
    partitions.map((partition) =>
      runtime.dynamo.send(
        new QueryCommand({
          TableName: runtime.setting('READ_MODEL_TABLE'),
          IndexName: name,
          KeyConditionExpression: `${partitionKey} = :partition AND ${sortKey} < :before`,
          ExpressionAttributeValues: { ':partition': partition, ':before': before },
          ScanIndexForward: false,
          Limit: limit + 1,
        }),
      ),
    ),
  );
  const all = pages
    .flatMap(({ Items = [] }) => Items)
    .map(({ pk, sk, [sortKey]: place }) => ({ key: { pk, sk } as ItemKey, place: String(place) }))
    .sort((a, b) => (a.place < b.place ? 1 : -1));
  // Each partition gave one more than the limit if it has so many: what is left out is older than what is kept.
  return { entries: all.slice(0, limit), isEnd: all.length <= limit };
}

/** The items of these entries, by their partition; eventually consistent. AWS calls: a batch get for each 100. */
export async function itemsOf(
  runtime: Runtime,
  entries: readonly Entry[],
): Promise<Map<string, Record<string, unknown>>> {
  const items = await batchGet(
    runtime,
    'READ_MODEL_TABLE',
    entries.map(({ key }) => key),
  );
  return new Map(items.map((item) => [String(item.pk), item]));
}
