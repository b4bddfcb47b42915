import type { Aggregate } from './aggregate.ts';
import { type Envelope, envelope } from './envelope.ts';
import type { NewEvent, StoredEvent } from './event.ts';
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
  /** The version in which this type's data is written today. Throws UnknownEventType. */
  currentSchemaVersion(eventType: string): number;
  /**
   * Reads an event from wherever it was kept (table, topic, dead letter): checks the envelope, lifts `data` to the
   * current version and checks that. The result's `schemaVersion` is the current one; fields that no schema knows are
   * dropped. Throws an UnreadableEvent: InvalidEnvelope, UnknownEventType, NewerSchemaVersion or InvalidEventData.
   */
  upcast(raw: unknown): Event;
  /**
   * Checks an event that is about to be appended, against the current schema and, unlike `upcast`, strictly: a field
   * that the schema does not know is an error. Throws UnknownEventType or InvalidEventData.
   */
  checkNewEvent(event: NewEvent): New;
  /** What subscriptions can filter on: name → value. A number becomes an attribute of type Number. */
  messageAttributes(event: StoredEvent): Record<string, string | number>;
  /** The names of the attributes that every message of this type carries. Throws UnknownEventType. */
  messageAttributeNames(eventType: string): string[];
  /**
   * Folds a stream whose aggregate is known only when the code runs. Throws InvalidEventSequence for an event that
   * cannot follow those before it.
   */
  assertFolds(aggregateType: string, events: readonly StoredEvent[]): void;
  /** The state that the aggregate makes of these events, for tools that show it to a person. Throws as `assertFolds`. */
  fold(aggregateType: string, events: readonly StoredEvent[]): unknown;
}

// Deciders and upcasters of one domain take different types: what they have in common is only their shape.
// biome-ignore lint/suspicious/noExplicitAny: see above
type AnyDefinition = EventDefinition<string, string, any>;
// biome-ignore lint/suspicious/noExplicitAny: see above
type AnyAggregate = Aggregate<any, any, any>;

/**
 * The registry of a domain: its event definitions by event type, and its aggregates. Throws at load where a definition
 * stands under another name than its own, or belongs to an aggregate that is not there.
 */
export function createRegistry<const Definitions extends Readonly<Record<string, AnyDefinition>>>(
  definitions: Definitions,
  aggregates: readonly AnyAggregate[],
): EventRegistry<StoredEventOf<Definitions[keyof Definitions]>, NewEventOf<Definitions[keyof Definitions]>> {
  type Event = StoredEventOf<Definitions[keyof Definitions]>;
  const aggregateOf = new Map(aggregates.map((aggregate) => [aggregate.type, aggregate]));
  for (const [name, { eventType, aggregateType }] of Object.entries(definitions)) {
    if (name !== eventType) throw new Error(`${eventType} is registered as ${name}`);
    if (!aggregateOf.has(aggregateType))
      throw new Error(`${eventType} belongs to no aggregate: ${aggregateType}`);
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
      const { schema, schemaVersion } = definitionOf(eventType);
      const parsed = schema.safeParse(data);
      const problems = parsed.success ? unknownFields(data, parsed.data) : problemsOf(parsed.error);
      if (problems.length > 0) throw new InvalidEventData(eventType, schemaVersion, problems);
      return { eventType, data: parsed.data } as NewEventOf<Definitions[keyof Definitions]>;
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

    assertFolds: fold,
    fold,
  };
}

function lift(definition: AnyDefinition, { eventType, schemaVersion, data }: Envelope): unknown {
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
