import type * as z from 'zod';
import type { Aggregate, Due } from './aggregate.ts';
import { type Envelope, envelope } from './envelope.ts';
import { type NewEvent, type StoredEvent, streamIdOf } from './event.ts';
import type { EventDefinition, NewEventOf, StoredEventOf } from './event-definition.ts';
import { problemsOf, unknownFields } from './field-errors.ts';
import {
  InvalidEnvelope,
  InvalidEventData,
  NewerSchemaVersion,
  UnknownEventType,
} from './unreadable-event.ts';

/** What the kit knows of a domain's events: it reads, checks and describes them through this alone. */
export interface EventRegistry<Event extends StoredEvent = StoredEvent, New extends NewEvent = NewEvent> {
  readonly eventTypes: readonly Event['eventType'][];
  readonly aggregateTypes: readonly string[];
  isEventType(name: string): name is Event['eventType'];
  /** Throws UnknownEventType. */
  aggregateTypeOf(eventType: string): string;
  /** The version that the domain works with, and to which every event is lifted. Throws UnknownEventType. */
  currentSchemaVersion(eventType: string): number;
  /**
   * Reads an event from wherever it was kept (table, topic, dead letter): checks the envelope, lifts `data` to the
   * current version and checks that. The result's `schemaVersion` is the current one; fields that no schema knows are
   * dropped. Throws an UnreadableEvent: InvalidEnvelope, UnknownEventType, NewerSchemaVersion or InvalidEventData.
   */
  upcast(raw: unknown): Event;
  /**
   * Checks an event that is about to be appended, against the current schema and, unlike `upcast`, strictly: a field
   * that the schema does not know is an error. Answers with the event as it will be read: where an older version is
   * written, without what that version has no place for. Throws UnknownEventType or InvalidEventData.
   */
  checkNewEvent(event: NewEvent): New;
  /** The event in the version that is written. Takes what checkNewEvent has let through. */
  asWritten(event: StoredEvent): StoredEvent;
  /** What subscriptions can filter on: name → value. A number becomes an attribute of type Number. */
  messageAttributes(event: StoredEvent): Record<string, string | number>;
  /** The names of the attributes that every message of this type carries. Throws UnknownEventType. */
  messageAttributeNames(eventType: string): string[];
  /**
   * When the event falls due, ISO 8601 with milliseconds; undefined where it sets no deadline. `data` is in the current
   * version. Throws UnknownEventType, or InvalidEventData where `dueAt` gives no time.
   */
  dueAt(event: NewEvent): string | undefined;
  /** What follows when the deadline that this event set has come. `data` is in the current version. Throws UnknownEventType. */
  whenDue(event: NewEvent, due: Due): DueCommand | undefined;
  /**
   * The state that these events lead to, where the aggregate is known only when the code runs. Throws InvalidEventSequence for an event
   * that cannot follow those before it.
   */
  fold(aggregateType: string, events: readonly StoredEvent[]): unknown;
}

// Deciders and upcasters of one domain take different types: what they have in common is only their shape.
// biome-ignore lint/suspicious/noExplicitAny: see above
type AnyDefinition = EventDefinition<string, string, any>;
// biome-ignore lint/suspicious/noExplicitAny: see above
type AnyAggregate = Aggregate<any, any, any>;

/** A command of the aggregate whose event fell due. */
export interface DueCommand {
  aggregate: AnyAggregate;
  command: unknown;
}

/**
 * The registry of a domain: its event definitions by event type, and its aggregates. Throws at load where a definition
 * stands under another name than its own, belongs to an aggregate that is not there, or sets deadlines that its
 * aggregate has no `onDue` for; and where the name of a stream would not tell its aggregate (`counter-line-1`: of
 * `counter` or of `counter-line`).
 */
export function createRegistry<const Definitions extends Readonly<Record<string, AnyDefinition>>>(
  definitions: Definitions,
  aggregates: readonly AnyAggregate[],
): EventRegistry<StoredEventOf<Definitions[keyof Definitions]>, NewEventOf<Definitions[keyof Definitions]>> {
  type Event = StoredEventOf<Definitions[keyof Definitions]>;
  type New = NewEventOf<Definitions[keyof Definitions]>;
  const aggregateOf = new Map(aggregates.map((aggregate) => [aggregate.type, aggregate]));
  for (const type of aggregateOf.keys()) {
    const longer = [...aggregateOf.keys()].find((other) => other.startsWith(streamIdOf(type, '')));
    if (longer !== undefined)
      throw new Error(`${streamIdOf(longer, '1')} could be a stream of ${type} or of ${longer}: rename one`);
  }
  for (const [name, { eventType, aggregateType, dueAt }] of Object.entries(definitions)) {
    if (name !== eventType) throw new Error(`${eventType} is registered as ${name}`);
    const aggregate = aggregateOf.get(aggregateType);
    if (!aggregate) throw new Error(`${eventType} belongs to no aggregate: ${aggregateType}`);
    if (dueAt && !aggregate.onDue)
      throw new Error(`${eventType} sets a deadline, and ${aggregateType} has no onDue`);
  }

  const isEventType = (name: string): name is Event['eventType'] => Object.hasOwn(definitions, name);

  function definitionOf(eventType: string): AnyDefinition {
    const definition = isEventType(eventType) ? definitions[eventType] : undefined;
    if (!definition) throw new UnknownEventType(eventType);
    return definition;
  }

  function fold(aggregateType: string, events: readonly StoredEvent[]): unknown {
    const aggregate = aggregateOf.get(aggregateType);
    if (!aggregate) throw new Error(`no aggregate is called ${aggregateType}`);
    return events.reduce<unknown>(aggregate.evolve, aggregate.initialState);
  }

  return {
    eventTypes: Object.keys(definitions) as Event['eventType'][],
    aggregateTypes: aggregates.map(({ type }) => type),
    isEventType,
    aggregateTypeOf: (eventType) => definitionOf(eventType).aggregateType,
    currentSchemaVersion: (eventType) => definitionOf(eventType).schemaVersion,

    upcast(raw) {
      const parsed = envelope.safeParse(raw);
      if (!parsed.success) throw new InvalidEnvelope(problemsOf(parsed.error));
      const event: Envelope = parsed.data;
      const definition = definitionOf(event.eventType);
      if (event.schemaVersion > definition.schemaVersion) {
        throw new NewerSchemaVersion(event.eventType, event.schemaVersion, definition.schemaVersion);
      }
      if (event.aggregateType !== definition.aggregateType) {
        const message = `${event.eventType} belongs to ${definition.aggregateType}, not to ${event.aggregateType}`;
        throw new InvalidEnvelope([{ path: 'aggregateType', message }]);
      }
      const data = definition.schema.safeParse(lift(definition, event));
      if (!data.success) {
        throw new InvalidEventData(event.eventType, event.schemaVersion, problemsOf(data.error));
      }
      return { ...event, schemaVersion: definition.schemaVersion, data: data.data } as Event;
    },

    checkNewEvent({ eventType, data }) {
      const definition = definitionOf(eventType);
      const { schema, schemaVersion, schemas, writtenVersion } = definition;
      const checked = checkStrictly(eventType, schemaVersion, schema, data);
      if (writtenVersion === schemaVersion) return { eventType, data: checked } as New;
      const written = checkStrictly(
        eventType,
        writtenVersion,
        schemas[writtenVersion] ?? schema,
        definition.downcast(checked),
      ) as Record<string, unknown>;
      const read = lift(definition, { eventType, schemaVersion: writtenVersion, data: written });
      return { eventType, data: checkStrictly(eventType, schemaVersion, schema, read) } as New;
    },

    asWritten(event) {
      const { writtenVersion, downcast } = definitionOf(event.eventType);
      if (event.schemaVersion <= writtenVersion) return event;
      return { ...event, schemaVersion: writtenVersion, data: downcast(event.data) };
    },

    messageAttributes: ({ eventType, aggregateType, data }) => ({
      eventType,
      aggregateType,
      ...definitionOf(eventType).attributesOf(data),
    }),

    messageAttributeNames: (eventType) => [
      'eventType',
      'aggregateType',
      ...definitionOf(eventType).attributeNames,
    ],

    fold,

    dueAt({ eventType, data }) {
      const { dueAt, schemaVersion } = definitionOf(eventType);
      const given = dueAt?.(data);
      if (given === undefined) return undefined;
      const time = Date.parse(given);
      if (time >= 0 && time < MAX_DUE_MS) return new Date(time).toISOString();
      throw new InvalidEventData(eventType, schemaVersion, [
        { path: '', message: 'its due time is no time' },
      ]);
    },

    whenDue(event, due) {
      const aggregate = aggregateOf.get(definitionOf(event.eventType).aggregateType);
      const command = aggregate?.onDue?.(event, due);
      return aggregate && command !== undefined ? { aggregate, command } : undefined;
    },
  };
}

/** Of the year 10000, whose times are longer: sort keys would no longer sort. */
const MAX_DUE_MS = Date.UTC(10_000, 0);

/** Throws InvalidEventData for data that the schema does not take, and for fields that it does not know. */
function checkStrictly(eventType: string, schemaVersion: number, schema: z.ZodType, data: unknown): unknown {
  const parsed = schema.safeParse(data);
  const problems = parsed.success ? unknownFields(data, parsed.data) : problemsOf(parsed.error);
  if (problems.length > 0) throw new InvalidEventData(eventType, schemaVersion, problems);
  return parsed.data;
}

function lift(
  definition: AnyDefinition,
  { eventType, schemaVersion, data }: Pick<Envelope, 'eventType' | 'schemaVersion' | 'data'>,
): unknown {
  let lifted = data;
  for (let version = schemaVersion; version < definition.schemaVersion; version++) {
    try {
      lifted = definition.upcasters[version]?.(lifted) ?? lifted;
    } catch (error) {
      const message = `the upcaster from v${version} failed: ${error instanceof Error ? error.message : error}`;
      throw new InvalidEventData(eventType, schemaVersion, [{ path: '', message }], { cause: error });
    }
  }
  return lifted;
}
