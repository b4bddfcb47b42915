import { batchGet } from '#kit/aws/batch-get.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { completeGenerations } from './generations.ts';
import { keyInGeneration } from './keys.ts';
import type { Projection } from './projection.ts';

/**
 * The version that the projection's view of each of these (distinct) aggregates has reached, 0 where there is none; eventually
 * consistent. Where a rebuild has kept the old generation, the lower one of both: the other may lack what was lost before it was made.
 * AWS calls: a batch get for each 100 and generation, and what `completeGenerations` takes.
 */
export async function readViewVersions(
  runtime: Runtime,
  { name, views }: Projection,
  aggregateType: string,
  aggregateIds: readonly string[],
): Promise<Map<string, number>> {
  const generations = await completeGenerations(runtime, name);
  const versions = await Promise.all(
    generations.map(async (generation) => {
      const keyOf = (id: string) =>
        keyInGeneration(generation, views[aggregateType]?.key(id) ?? { pk: id, sk: id });
      const items = await batchGet(runtime, 'READ_MODEL_TABLE', aggregateIds.map(keyOf));
      const reached = new Map(items.map(({ pk, version }) => [String(pk), Number(version)]));
      return (id: string) => reached.get(keyOf(id).pk) ?? 0;
    }),
  );
  return new Map(aggregateIds.map((id) => [id, Math.min(...versions.map((versionOf) => versionOf(id)))]));
}
