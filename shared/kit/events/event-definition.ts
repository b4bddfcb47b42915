import type * as z from 'zod';
import type { NewEvent, StoredEvent } from './event.ts';
import { checkAttributeNames } from './message-attributes.ts';

/** Lifts data of version v to v+1. Pure, and never changed once events of v+1 exist. */
export type Upcaster = (data: Record<string, unknown>) => Record<string, unknown>;

/**
 * The version in which new events are written while the current one is only read: for the release before the one that writes
 * it. Code that runs beside this one, and code that a rollback brings back, can read what is written.
 */
export interface WrittenAs<Data> {
  /** Below the current version. */
  readonly schemaVersion: number;
  /** Current data in that version's shape; what it has no place for is lost. Pure. */
  readonly downcast: (data: Data) => Record<string, unknown>;
}

/** One message attribute: what a subscription's filter policy can match on. */
export type Attribute<Data> = (data: Data) => string | number;

/** Everything there is to know about one event type, in one place. Made by `defineEvent`. */
export interface EventDefinition<
  Type extends string = string,
  Aggregate extends string = string,
  Data = unknown,
> {
  /** Reaches storage: never rename one. */
  readonly eventType: Type;
  readonly aggregateType: Aggregate;
  /** The version that the domain works with. It is the one that is written, unless `writtenAs` says another. Every version below it can be read. */
  readonly schemaVersion: number;
  /** The version that is written. */
  readonly writtenVersion: number;
  /** Of the current version. Tolerates fields it does not know, since schemas grow while consumers run. */
  readonly schema: z.ZodType<Data>;
  /** Of every version that can still be read, the current one among them. What is older is never changed. */
  readonly schemas: Readonly<Record<number, z.ZodType>>;
  /** Key v lifts v to v+1; one for each version below `schemaVersion`. */
  readonly upcasters: Readonly<Record<number, Upcaster>>;
  /** The message attributes of this type, besides `eventType` and `aggregateType`, which all have. */
  readonly attributeNames: readonly string[];
  /** One stored `data` of every version there ever was; kept for good. */
  readonly samples: Readonly<Record<number, Record<string, unknown>>>;
  attributesOf(data: Data): Record<string, string | number>;
  /** Current data in the shape of the version that is written; the same data where that is the current one. */
  downcast(data: Data): unknown;
  /** When an event of this data falls due, ISO 8601; undefined where it sets no deadline. Pure: the time is in the data. */
  dueAt?(data: Data): string | undefined;
}

interface Definition<Type extends string, Aggregate extends string, Data> {
  eventType: Type;
  aggregateType: Aggregate;
  schemaVersion: number;
  schema: z.ZodType<Data>;
  samples: Record<number, Record<string, unknown>>;
  /** Of the versions below the current one. */
  olderSchemas?: Record<number, z.ZodType>;
  upcasters?: Record<number, Upcaster>;
  /** Writes an older version until every reader can read the current one (docs/operations/schema-change.md). */
  writtenAs?: WrittenAs<Data>;
  /** Eight at most. */
  attributes?: Record<string, Attribute<Data>>;
  /** Sets a deadline: its aggregate's `onDue` says what follows when it has come (docs/internals/deadlines.md). */
  dueAt?: (data: Data) => string | undefined;
}

/**
 * Defines an event type. Throws at load when a version below the current one has no upcaster or no schema, when the version
 * that is written is none of these, or when there are more than eight attributes, or one that the kit sets itself.
 */
export function defineEvent<Type extends string, Aggregate extends string, Data>({
  attributes = {},
  upcasters = {},
  olderSchemas = {},
  writtenAs,
  ...definition
}: Definition<Type, Aggregate, Data>): EventDefinition<Type, Aggregate, Data> {
  checkAttributeNames(definition.eventType, Object.keys(attributes));
  for (let version = 1; version < definition.schemaVersion; version++) {
    if (!upcasters[version]) throw new Error(`${definition.eventType} v${version} has no upcaster`);
    if (!olderSchemas[version]) throw new Error(`${definition.eventType} v${version} has no schema`);
  }
  if (
    writtenAs &&
    !(writtenAs.schemaVersion < definition.schemaVersion && olderSchemas[writtenAs.schemaVersion])
  ) {
    throw new Error(
      `${definition.eventType} v${writtenAs.schemaVersion} cannot be written: it is no older version`,
    );
  }
  return {
    ...definition,
    schemas: { ...olderSchemas, [definition.schemaVersion]: definition.schema },
    upcasters,
    writtenVersion: writtenAs?.schemaVersion ?? definition.schemaVersion,
    downcast: writtenAs?.downcast ?? ((data) => data),
    attributeNames: Object.keys(attributes),
    attributesOf: (data) =>
      Object.fromEntries(Object.entries(attributes).map(([name, attribute]) => [name, attribute(data)])),
  };
}

/** The event as a decider returns it. Distributes over a union of definitions. */
export type NewEventOf<D> =
  D extends EventDefinition<infer Type, string, infer Data> ? NewEvent<Type, Data> : never;

/** The event as it is stored and published, its data in the current version. Distributes over a union. */
export type StoredEventOf<D> =
  D extends EventDefinition<infer Type, infer Aggregate, infer Data>
    ? StoredEvent<Type, Data> & { aggregateType: Aggregate }
    : never;
