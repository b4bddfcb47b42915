import * as z from 'zod';
import { type EventType, eventDefinitions, registry } from '#domain/index.ts';
import { envelope } from '#kit/events/envelope.ts';
import { streamIdOf } from '#kit/events/event.ts';

/** An event as it is stored and published, with `data` of one schema version. */
export interface EventSchema {
  eventType: EventType;
  schemaVersion: number;
  schema: z.ZodObject;
  example: Record<string, unknown>;
}

const EXAMPLE_IDS = {
  customer: 'ada',
  product: 'LAPTOP-14',
  order: 'fbdd7f74-f500-51a7-aa8e-e2964f6a9b52',
  payment: '0c4e0a9e-37d2-5b0b-93d5-0d5a1d7a0b6f',
  inventory: 'LAPTOP-14',
  'fraud-review': 'fbdd7f74-f500-51a7-aa8e-e2964f6a9b52',
  'customs-declaration': '5b1f6a44-0a3a-5a57-8f6e-2f4f6f0d8c11',
};

const FIRST: ReadonlySet<EventType> = new Set([
  'CustomerRegistered',
  'ProductListed',
  'OrderCreated',
  'PaymentCaptured',
  'PaymentDeclined',
  'StockReceived',
  'FraudReviewOpened',
  'CustomsDeclarationOpened',
]);

/** Every event type in the version that is written today: what the audit answers, older events lifted to it. */
export const storedEvents: readonly EventSchema[] = registry.eventTypes.map((eventType) =>
  eventSchema(eventType, eventDefinitions[eventType].schemaVersion, eventType),
);

/** Every event type in every version that there ever was: what consumers may meet. */
export const publishedEvents: readonly EventSchema[] = registry.eventTypes.flatMap((eventType) =>
  Array.from({ length: eventDefinitions[eventType].schemaVersion }, (_, index) =>
    eventSchema(eventType, index + 1, `${eventType}V${index + 1}`),
  ),
);

/** Any event of the audit, told apart by `eventType`. */
export const storedEvent = z
  .discriminatedUnion('eventType', storedEvents.map(({ schema }) => schema) as never)
  .meta({ id: 'StoredEvent', discriminator: { propertyName: 'eventType' } });

function eventSchema(eventType: EventType, schemaVersion: number, id: string): EventSchema {
  const { aggregateType, schemas, samples } = eventDefinitions[eventType];
  const data = schemas[schemaVersion];
  const sample = samples[schemaVersion];
  if (!data || !sample) throw new Error(`${eventType} v${schemaVersion} has no schema or no sample`);
  const schema = z
    .object({
      ...envelope.shape,
      aggregateType: z.literal(aggregateType),
      eventType: z.literal(eventType),
      schemaVersion: z.literal(schemaVersion),
      data,
    })
    .meta({ id });
  return { eventType, schemaVersion, schema, example: exampleOf(eventType, schemaVersion, sample) };
}

function exampleOf(eventType: EventType, schemaVersion: number, data: Record<string, unknown>) {
  const { aggregateType } = eventDefinitions[eventType];
  const aggregateId = EXAMPLE_IDS[aggregateType];
  return {
    streamId: streamIdOf(aggregateType, aggregateId),
    version: FIRST.has(eventType) ? 1 : 2,
    eventId: '019ab0c5-7f0a-7c3e-9a51-0f6d5b8f2e11',
    aggregateType,
    aggregateId,
    eventType,
    schemaVersion,
    data,
    metadata: {
      userId: 'ada',
      timestamp: '2026-11-23T09:00:00.000Z',
      correlationId: 'checkout-7',
      causationId: 'a3f1c2d4-request',
      commandId: '5b0a7c1e-93d1-5c8a-8f0e-6f2d9f0b7a10',
      commandHash: 'pJv7kq3o1yQ0mX2nB5tZ4w',
    },
  };
}
