import type { Application } from '#kit/config/application.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import type { EventKey } from '#kit/event-store/by-type.ts';
import type { Projection } from '#kit/projections/projection.ts';
import { readViewVersions } from '#kit/projections/view-versions.ts';
import type { CheckReads } from './check-reads.ts';

/**
 * How the audit sees that a consumer has had an event; declared beside the consumer (`delivery-check.ts`). A projection
 * is checked by the version of its views, but it also reads what no message ever told it (gaps, from the events table).
 * So each type that others receive as well needs a check that is exact: of a trace that only this very event leaves.
 */
export interface DeliveryCheck {
  /** By its name in serverless.yml. */
  readonly consumer: string;
  /** Set where the consumer is a projection: then the newest event of a stream brings its view to the head. */
  readonly projection?: true;
  /** The types that it can tell of. */
  readonly eventTypes: readonly string[];
  /**
   * Of these events, all of one type, those that the consumer has not had; it has forgotten those older than 29 days.
   *
   * @param reads what the checks of one page share
   */
  findUndelivered(runtime: Runtime, keys: readonly EventKey[], reads?: CheckReads): Promise<Undelivered[]>;
}

export interface Undelivered {
  key: EventKey;
  /** The version at which a projection's view of the stream is, 0 where there is none. */
  reached?: number;
}

/** A check for each view of each projection, of all events of its streams. AWS calls: a batch get for each 100 streams. */
export const projectionChecks = (
  { registry }: Pick<Application, 'registry'>,
  projections: readonly Projection[],
): DeliveryCheck[] =>
  projections.flatMap((projection) =>
    Object.keys(projection.views).map(
      (aggregateType): DeliveryCheck => ({
        consumer: projection.name,
        projection: true,
        eventTypes: registry.eventTypes.filter((type) => registry.aggregateTypeOf(type) === aggregateType),
        async findUndelivered(runtime, keys) {
          const idOf = ({ streamId }: EventKey) => streamId.slice(aggregateType.length + 1);
          const ids = [...new Set(keys.map(idOf))];
          const reached = await readViewVersions(runtime, projection, aggregateType, ids);
          return keys
            .map((key) => ({ key, reached: reached.get(idOf(key)) ?? 0 }))
            .filter(({ key, reached }) => reached < key.version);
        },
      }),
    ),
  );
