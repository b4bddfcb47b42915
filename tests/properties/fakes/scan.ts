import { createHash } from 'node:crypto';
import { type Item, satisfies } from './expression.ts';
import type { Table } from './table.ts';

type Input = Record<string, unknown>;

/**
 * A page of a parallel scan, of a table or an index of it. A segment has the items of one partition key whole and in sort
 * order; which segment that is, the key's hash decides, as does the order of the partitions.
 */
export function scanned(table: Table, input: Input, staleMs: number): object {
  const index = input.IndexName === undefined ? undefined : String(input.IndexName);
  const { hash, range, ...shape } = index
    ? table.index(index)
    : { hash: table.shape.hash, range: table.shape.range };
  const keys = [...new Set([hash, range, table.shape.hash, table.shape.range])].filter(
    (name) => name !== undefined,
  );
  const {
    Segment = 0,
    TotalSegments = 1,
    Limit = Number.POSITIVE_INFINITY,
  } = input as Record<string, number>;
  const placeOf = (item: Item) => [digestOf(item[hash]), ...keys.map((name) => item[name])] as Place;
  const start = input.ExclusiveStartKey as Item | undefined;
  const rest = table
    .scan(index, staleMs)
    .map((item) => ({ item, place: placeOf(item) }))
    .filter(({ place }) => Number.parseInt(place[0].slice(0, 8), 16) % TotalSegments === Segment)
    .filter(({ place }) => !start || compare(place, placeOf(start)) > 0)
    .sort((a, b) => compare(a.place, b.place))
    .map(({ item }) => item);
  const page = rest.slice(0, Limit);
  const last = page.at(-1);
  const keyOf = (item: Item) => Object.fromEntries(keys.map((name) => [name, item[name]]));
  const placeholders = {
    names: (input.ExpressionAttributeNames ?? {}) as Record<string, string>,
    values: (input.ExpressionAttributeValues ?? {}) as Record<string, unknown>,
  };
  const kept = page.filter(
    (item) =>
      input.FilterExpression === undefined || satisfies(String(input.FilterExpression), item, placeholders),
  );
  return {
    Items: 'keysOnly' in shape && shape.keysOnly ? kept.map(keyOf) : kept,
    ScannedCount: page.length,
    ...(page.length === Limit && last && { LastEvaluatedKey: keyOf(last) }),
  };
}

type Place = [digest: string, ...keys: (string | number)[]];

const digestOf = (value: unknown): string => createHash('md5').update(String(value)).digest('hex');

function compare(a: Place, b: Place): number {
  for (const [index, one] of a.entries()) {
    const other = b[index] as typeof one;
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}
