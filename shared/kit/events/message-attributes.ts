/** The message attribute that tells what a message is, where it is no event; an event has none. */
export const MESSAGE_TYPE = 'messageType';

/** What every event's message carries. */
const ALWAYS = ['eventType', 'aggregateType'];

/** SNS discards a message with more, where it delivers it raw to SQS (SNS developer guide, raw message delivery). */
const MAX_ATTRIBUTES = 10;

/** Throws where messages with these attributes, besides those that all have, would not arrive or not be taken for events. */
export function checkAttributeNames(eventType: string, names: readonly string[]): void {
  const taken = names.find((name) => name === MESSAGE_TYPE || ALWAYS.includes(name));
  if (taken) throw new Error(`${eventType} cannot have an attribute ${taken}: the kit sets it itself`);
  const room = MAX_ATTRIBUTES - ALWAYS.length;
  if (names.length > room) {
    throw new Error(
      `${eventType} has ${names.length} attributes and can have ${room}: SNS discards a message with more than ${MAX_ATTRIBUTES}`,
    );
  }
}
