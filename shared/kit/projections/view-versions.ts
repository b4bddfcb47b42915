import { batchGet } from '#kit/aws/batch-get.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { liveGeneration } from './generations.ts';
import { keyInGeneration } from './keys.ts';
import type { Projection } from './projection.ts';

/**
 * The version that the projection's view of each of these (distinct) aggregates has reached in the generation that queries read,
 * 0 where there is none; eventually consistent. AWS calls: a batch get for each 100, and what `liveGeneration` takes.
 */
export async function readViewVersions(
  runtime: Runtime,
  { name, views }: Projection,
  aggregateType: string,
  aggregateIds: readonly string[],
): Promise<Map<string, number>> {
  const live = await liveGeneration(runtime, name);
  const keyOf = (id: string) => keyInGeneration(live, views[aggregateType]?.key(id) ?? { pk: id, sk: id });
  const idOf = new Map(aggregateIds.map((id) => [keyOf(id).pk, id]));
  const reached = new Map(aggregateIds.map((id) => [id, 0]));
  for (const { pk, version } of await batchGet(runtime, 'READ_MODEL_TABLE', aggregateIds.map(keyOf))) {
    reached.set(idOf.get(String(pk)) ?? '', Number(version));
  }
  return reached;
}
