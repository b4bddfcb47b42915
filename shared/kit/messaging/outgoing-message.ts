import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import type { Runtime } from '#kit/config/runtime.ts';
import type { FilterAttributes, PublishableEvent } from '#kit/event-store/event-item.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { UnreadableEvent } from '#kit/events/unreadable-event.ts';
import { type LogContext, logContextOf } from '#kit/observability/log-context.ts';

/** A message on its way to the topic. */
export interface OutgoingMessage {
  /** The `eventId`. */
  id: string;
  /** The event as it is stored, as JSON. */
  body: string;
  attributes: Record<string, MessageAttributeValue>;
  /** What log lines say of it. */
  about: LogContext;
  /** What SNS counts against its limit: body, attribute names, types and values. */
  bytes: number;
}

/** Of one message, and of one PublishBatch (SNS API reference): bodies and attributes together. */
export const MAX_MESSAGE_BYTES = 256 * 1024;

/** No repetition makes a message of this event: it is no JSON, or too large. */
export class UnpublishableEvent extends Error {
  override readonly name = 'UnpublishableEvent';
}

/**
 * The event as a message: body and attributes as they were stored, whatever its type and schema version. Only where
 * attributes were not stored yet (before version 0.2) are they made from the data in today's schema; of such an event
 * that this code cannot read, the two that every event has. Throws UnpublishableEvent.
 */
export function toMessage(runtime: Runtime, published: PublishableEvent): OutgoingMessage {
  const { attributes: _, ...event } = published;
  const body = bodyOf(event);
  const attributes: Record<string, MessageAttributeValue> = {};
  let bytes = Buffer.byteLength(body);
  for (const [name, value] of Object.entries(attributesOf(runtime, published))) {
    // SNS takes no empty value. No filter asks for one.
    if (value === '' || value === undefined) continue;
    const DataType = typeof value === 'number' ? 'Number' : 'String';
    attributes[name] = { DataType, StringValue: String(value) };
    bytes += Buffer.byteLength(name) + DataType.length + Buffer.byteLength(String(value));
  }
  if (bytes > MAX_MESSAGE_BYTES) {
    throw new UnpublishableEvent(`a message of ${bytes} bytes; SNS takes ${MAX_MESSAGE_BYTES}`);
  }
  return { id: event.eventId, body, attributes, about: logContextOf(event), bytes };
}

/** The event as it is stored, as JSON that SNS and SQS take. Throws UnpublishableEvent. */
export function bodyOf(event: StoredEvent): string {
  try {
    // SNS and SQS take neither of the two characters as they are (SQS API reference, SendMessage).
    return JSON.stringify(event).replace(/[\uFFFE\uFFFF]/g, (one) => `\\u${one.charCodeAt(0).toString(16)}`);
  } catch (error) {
    throw new UnpublishableEvent(`no JSON: ${(error as Error).message}`);
  }
}

/** What subscriptions filter this event by; see `toMessage`. */
export function attributesOf(
  { application }: Pick<Runtime, 'application'>,
  { attributes: stored, ...event }: PublishableEvent,
): FilterAttributes {
  if (stored) return { ...always(event), ...stored };
  const { messageAttributes, upcast } = application.registry;
  try {
    return messageAttributes(upcast(event));
  } catch (error) {
    if (!(error instanceof UnreadableEvent)) throw error;
    return always(event);
  }
}

const always = ({ eventType, aggregateType }: StoredEvent) => ({ eventType, aggregateType });
