import type { StoredEvent } from '#kit/events/event.ts';
import type { ItemKey } from './keys.ts';

/**
 * A view that is a function of one stream: `apply` over the stream's events, from the first on. Its keys are those of
 * the first generation.
 */
export interface VersionedView<View extends { version: number }, Event extends StoredEvent> {
  /** Another `pk` for each aggregate: the audit and the comparison of a rebuild find a view by its `pk` alone. */
  key(aggregateId: string): ItemKey;
  /** Pure; `event` is always the next of its stream. The answer's `version` is the event's. */
  apply(view: View | undefined, event: Event): View;
  /** Keys in the table's indexes. */
  indexKeys?(view: View): Record<string, string>;
}

// Views of several kinds of streams are kept side by side: each takes its own events.
// biome-ignore lint/suspicious/noExplicitAny: see above
type AnyView = VersionedView<any, any>;

/** Views that are kept together: what a rebuild builds anew. */
export interface Projection {
  /** Also its consumer's. Reaches storage: never rename one. */
  readonly name: string;
  /** By aggregate type: one view of each of these streams. */
  readonly views: Readonly<Record<string, AnyView>>;
}

/** The view that `projection` keeps of a stream, and of which aggregate; undefined where it keeps none. */
export function viewOfStream(
  projection: Projection,
  streamId: string,
): { view: AnyView; aggregateId: string } | undefined {
  for (const [aggregateType, view] of Object.entries(projection.views)) {
    const prefix = streamPrefix(aggregateType);
    if (streamId.startsWith(prefix)) {
      return { view, aggregateId: streamId.slice(prefix.length) };
    }
  }
  return undefined;
}

/** How the names of the streams begin that `projection` keeps views of. */
export const streamPrefixes = ({ views }: Projection): string[] => Object.keys(views).map(streamPrefix);

const streamPrefix = (aggregateType: string): string => `${aggregateType}-`;
