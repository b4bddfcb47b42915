import type { DomainEvent, DomainEventFrom } from '#domain/index.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import type { AggregateType } from '#kit/events/event.ts';
import type { ProjectionName } from './generations.ts';
import { project, type VersionedView } from './versioned-view.ts';

type AnyView = VersionedView<{ version: number }, DomainEvent>;

/** Views that are kept together, one of each kind of stream: what a rebuild builds anew. */
export interface Projection {
  name: ProjectionName;
  views: { [Aggregate in AggregateType]?: VersionedView<{ version: number }, DomainEventFrom<Aggregate>> };
}

/** The view that `projection` keeps of a stream, and of which aggregate; undefined where it keeps none. */
export function viewOfStream(
  projection: Projection,
  streamId: string,
): { view: AnyView; aggregateId: string } | undefined {
  for (const [aggregateType, view] of Object.entries(projection.views)) {
    const prefix = streamPrefix(aggregateType);
    if (streamId.startsWith(prefix)) {
      return { view: view as AnyView, aggregateId: streamId.slice(prefix.length) };
    }
  }
  return undefined;
}

/** How the names of the streams begin that `projection` keeps views of. */
export const streamPrefixes = ({ views }: Projection): string[] => Object.keys(views).map(streamPrefix);

const streamPrefix = (aggregateType: string): string => `${aggregateType}-`;

/**
 * Brings one generation's view of one stream up to the newest of `events`; see `project`. Does nothing where the
 * projection keeps no view of it.
 */
export async function projectStream(
  runtime: Runtime,
  projection: Projection,
  events: readonly DomainEvent[],
  generation: number,
): Promise<void> {
  const found = events[0] && viewOfStream(projection, events[0].streamId);
  if (found) await project(runtime, found.view, events, generation);
}
