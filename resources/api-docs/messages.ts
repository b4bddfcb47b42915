import { type EventSchema, publishedEvents } from '#api/event-schemas.ts';
import { eventDefinitions, registry } from '#domain/index.ts';
import type { Components, JsonSchema } from './json-schema.ts';

/** `OrderCreatedV2`: one message for each type and each version of its schema. */
export const messageName = ({ eventType, schemaVersion }: EventSchema): string =>
  `${eventType}V${schemaVersion}`;

/** The messages of these types, in every version. */
export const messagesOf = (eventTypes: readonly string[]): string[] =>
  publishedEvents.filter(({ eventType }) => eventTypes.includes(eventType)).map(messageName);

/** The body of a message is the event as it was stored, its attributes what subscriptions filter on. */
export function messageOf(event: EventSchema, components: Components): JsonSchema {
  const { eventType, schemaVersion, schema, example } = event;
  const { writtenVersion, aggregateType } = eventDefinitions[eventType];
  const attributes = registry.messageAttributes(registry.upcast(example));
  return {
    name: eventType,
    title: `${eventType}, schema version ${schemaVersion}`,
    summary: summaryOf(schemaVersion, writtenVersion, aggregateType),
    ...(schemaVersion > writtenVersion && { 'x-isWritten': false }),
    contentType: 'application/json',
    headers: {
      type: 'object',
      properties: Object.fromEntries(
        registry.messageAttributeNames(eventType).map((name) => [name, attributeSchema(name, attributes)]),
      ),
      required: registry.messageAttributeNames(eventType),
    },
    payload: components.output(schema),
    correlationId: { location: '$message.payload#/metadata/correlationId' },
    tags: [{ name: aggregateType }],
    examples: [{ name: messageName(event), headers: attributes, payload: example }],
  };
}

function summaryOf(schemaVersion: number, written: number, aggregateType: string): string {
  if (schemaVersion === written) return `Written today, by ${aggregateType}.`;
  if (schemaVersion < written)
    return `Written before version ${written}; may still come by replay or redrive.`;
  return 'Not written yet: consumers can read it, and a later release writes it.';
}

function attributeSchema(name: string, attributes: Record<string, string | number>): JsonSchema {
  const value = attributes[name];
  if (name === 'eventType' || name === 'aggregateType') return { type: 'string', const: value };
  return { type: typeof value, description: meanings[name] };
}

const meanings: Record<string, string> = {
  total: 'Attribute of type Number: in major units',
  country: 'ISO 3166-1 alpha-2: where the order goes',
};

/** What a dead letter carries as message attributes, beside a body that is as it came. */
const deadLetterHeaders = {
  type: 'object',
  description: 'None of them where SQS moved the message itself: the function crashed or timed out.',
  properties: {
    consumer: { type: 'string' },
    errorName: { type: 'string' },
    errorMessage: { type: 'string' },
    fingerprint: { type: 'string', description: 'The same for the same cause' },
    receiveCount: { type: 'string', pattern: '^\\d+$' },
    firstFailureAt: { type: 'string', format: 'date-time' },
    lastFailureAt: { type: 'string', format: 'date-time' },
    correlationId: { type: 'string', description: 'Where the body has one' },
    eventType: { type: 'string', description: 'Where the body has one' },
  },
};

/** Whatever it was: a dead letter's body is the message untouched, also one that is no event at all. */
export const deadLetterMessage = {
  name: 'DeadLetter',
  title: 'A message that a consumer could not take',
  summary: 'The body as it came; the reason as attributes.',
  headers: deadLetterHeaders,
  payload: { description: 'As it came: an event of the topic, or a stray' },
};
