import { type Envelope, envelope } from '#kit/events/envelope.ts';
import type { AggregateType } from '#kit/events/event.ts';
import type { EventDefinition, NewEventOf, StoredEventOf } from '#kit/events/event-definition.ts';
import { problemsOf, unknownFields } from '#kit/events/field-errors.ts';
import {
  InvalidEnvelope,
  InvalidEventData,
  NewerSchemaVersion,
  UnknownEventType,
} from '#kit/events/unreadable-event.ts';
import { customerRegistered, customerRenamed } from './customer/events.ts';
import { stockReceived, stockRejected, stockReleased, stockReserved } from './inventory/events.ts';
import { orderCancelled, orderCreated, orderDelivered, orderPaid, orderShipped } from './order/events.ts';
import { paymentCaptured, paymentDeclined, paymentRefunded } from './payment/events.ts';

/** Every event type there is, by its name. */
export const eventDefinitions = {
  CustomerRegistered: customerRegistered,
  CustomerRenamed: customerRenamed,
  OrderCreated: orderCreated,
  OrderPaid: orderPaid,
  OrderShipped: orderShipped,
  OrderDelivered: orderDelivered,
  OrderCancelled: orderCancelled,
  PaymentCaptured: paymentCaptured,
  PaymentDeclined: paymentDeclined,
  PaymentRefunded: paymentRefunded,
  StockReceived: stockReceived,
  StockReserved: stockReserved,
  StockRejected: stockRejected,
  StockReleased: stockReleased,
} as const;

type Definitions = typeof eventDefinitions;

export type EventType = keyof Definitions;

/** Any stored event, its data lifted to the current version; discriminated by `eventType`. */
export type DomainEvent = StoredEventOf<Definitions[EventType]>;

/** The stored event of one type: `DomainEventOf<'OrderCreated'>`. */
export type DomainEventOf<Type extends EventType> = StoredEventOf<Definitions[Type]>;

/** The stored events of one kind of aggregate: `DomainEventFrom<'order'>`. */
export type DomainEventFrom<Aggregate extends AggregateType> = Extract<
  DomainEvent,
  { aggregateType: Aggregate }
>;

/** Any event as a decider returns it. */
export type NewDomainEvent = NewEventOf<Definitions[EventType]>;

export const eventTypes = Object.keys(eventDefinitions) as EventType[];

export const isEventType = (name: string): name is EventType => Object.hasOwn(eventDefinitions, name);

/** The version in which this type's data is written today. */
export const currentSchemaVersion = (eventType: EventType): number =>
  eventDefinitions[eventType].schemaVersion;

/** True where `event` belongs to that kind of aggregate; narrows. */
export const isFrom = <Aggregate extends AggregateType>(
  aggregateType: Aggregate,
  event: DomainEvent,
): event is DomainEventFrom<Aggregate> => event.aggregateType === aggregateType;

/**
 * Reads an event from wherever it was kept (table, topic, dead letter): checks the envelope, lifts `data`
 * to the current version and checks that. The answer's `schemaVersion` is the current one; fields that no
 * schema knows are dropped. Throws an UnreadableEvent: InvalidEnvelope, UnknownEventType,
 * NewerSchemaVersion or InvalidEventData.
 */
export function upcast(raw: unknown): DomainEvent {
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
  if (!data.success) throw new InvalidEventData(event.eventType, event.schemaVersion, problemsOf(data.error));
  return { ...event, schemaVersion: definition.schemaVersion, data: data.data } as DomainEvent;
}

/**
 * Checks an event that is about to be appended, against the current schema and, unlike `upcast`, strictly:
 * a field that the schema does not know is an error. Throws UnknownEventType or InvalidEventData.
 */
export function checkNewEvent({ eventType, data }: { eventType: string; data: unknown }): NewDomainEvent {
  const { schema, schemaVersion } = definitionOf(eventType);
  const parsed = schema.safeParse(data);
  const problems = parsed.success ? unknownFields(data, parsed.data) : problemsOf(parsed.error);
  if (problems.length > 0) throw new InvalidEventData(eventType, schemaVersion, problems);
  return { eventType, data: parsed.data } as NewDomainEvent;
}

/** What subscriptions can filter on: name → value. A number becomes an attribute of type Number. */
export const messageAttributes = (event: DomainEvent): Record<string, string | number> => ({
  eventType: event.eventType,
  aggregateType: event.aggregateType,
  ...definitionOf(event.eventType).attributesOf(event.data),
});

/** The names of the attributes that every message of this type carries. */
export const messageAttributeNames = (eventType: EventType): string[] => [
  'eventType',
  'aggregateType',
  ...eventDefinitions[eventType].attributeNames,
];

function definitionOf(eventType: string): EventDefinition {
  if (!isEventType(eventType)) throw new UnknownEventType(eventType);
  return eventDefinitions[eventType];
}

function lift(definition: EventDefinition, { eventType, schemaVersion, data }: Envelope): unknown {
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
