import { batchGet } from '#kit/aws/batch-get.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { customerKey, type ItemKey, inGeneration, orderKey, stockKey } from '#read-model/keys.ts';
import { liveGeneration, type ProjectionName } from './generations.ts';

/** The aggregates of which a projection keeps a view each. */
export type ProjectedAggregate = keyof typeof views;

const views = {
  order: { projection: 'order-view', key: orderKey },
  customer: { projection: 'order-view', key: customerKey },
  inventory: { projection: 'stock-view', key: stockKey },
} satisfies Record<string, { projection: ProjectionName; key: (aggregateId: string) => ItemKey }>;

/** The consumer that keeps these views. */
export const projectionOf = (aggregateType: ProjectedAggregate): ProjectionName =>
  views[aggregateType].projection;

/**
 * The version that the view of each of these (distinct) aggregates has reached in the generation that queries read,
 * 0 where there is none; eventually consistent. AWS calls: a batch get for each 100, and what `liveGeneration` takes.
 */
export async function versionsReached(
  runtime: Runtime,
  aggregateType: ProjectedAggregate,
  aggregateIds: readonly string[],
): Promise<Map<string, number>> {
  const { projection, key } = views[aggregateType];
  const live = await liveGeneration(runtime, projection);
  const idOf = new Map(aggregateIds.map((id) => [inGeneration(live, key(id)).pk, id]));
  const reached = new Map(aggregateIds.map((id) => [id, 0]));
  const keys = aggregateIds.map((id) => inGeneration(live, key(id)));
  for (const { pk, version } of await batchGet(runtime, keys)) {
    reached.set(idOf.get(String(pk)) ?? '', Number(version));
  }
  return reached;
}
