import { Table } from '#tests/properties/fakes/table.ts';
import type { Adversary } from './adversary.ts';

const STREAM_SHARDS = 3;

/** How many ms every index is behind: at times some minutes. */
export function indexLagOf(adversary: Adversary, now: () => number): () => number {
  const random = adversary.random('index');
  const [from, to, lag] = [
    random.between(0, 600_000),
    random.between(600_000, 1_200_000),
    random.between(1_000, 280_000),
  ];
  const start = now();
  const isLate = adversary.at('index/by-type', 'index late', 0.4);
  return () => (isLate && start + from <= now() && now() < start + to ? lag : 0);
}

export interface TableProperties {
  KeySchema: { AttributeName: string; KeyType: string }[];
  GlobalSecondaryIndexes?: {
    IndexName: string;
    KeySchema: { AttributeName: string; KeyType: string }[];
    Projection: { ProjectionType: string };
  }[];
}

/** An empty table as the template describes it. */
export function tableOf(
  name: string,
  { KeySchema, GlobalSecondaryIndexes = [] }: TableProperties,
  now: () => number,
): Table {
  const key = (schema: TableProperties['KeySchema'], type: string) =>
    schema.find(({ KeyType }) => KeyType === type)?.AttributeName;
  const range = key(KeySchema, 'RANGE');
  return new Table(
    {
      name,
      hash: key(KeySchema, 'HASH') ?? '',
      ...(range && { range }),
      indexes: Object.fromEntries(
        GlobalSecondaryIndexes.map((index) => [
          index.IndexName,
          {
            hash: key(index.KeySchema, 'HASH') ?? '',
            range: key(index.KeySchema, 'RANGE') ?? '',
            keysOnly: index.Projection.ProjectionType === 'KEYS_ONLY',
          },
        ]),
      ),
    },
    now,
    STREAM_SHARDS,
  );
}
