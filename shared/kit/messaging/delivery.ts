import type { SQSRecord } from 'aws-lambda';
import type { Runtime } from '#kit/config/runtime.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { MESSAGE_TYPE } from '#kit/events/message-attributes.ts';
import { InvalidEnvelope, NewerEvent, UnreadableEvent } from '#kit/events/unreadable-event.ts';

/** One received message, read: the same event may come in several, at any time, in any order. */
export interface Delivery<Event extends StoredEvent = StoredEvent> {
  messageId: string;
  event: Event;
  /** 1 at the first try. */
  receiveCount: number;
}

/** Why a message was not handled; by its messageId. Who is not in it, was. */
export type Failures = Map<string, unknown>;

/** What a consumer does with a batch. A throw fails the whole batch. */
export type Handle = (deliveries: readonly Delivery[]) => Promise<Failures>;

/** Handles a message that is no event. A throw lets the message come back. */
export type HandleMessage = (body: unknown, receiveCount: number) => Promise<void>;

/** By the messages' type. */
export type MessageHandlers = Readonly<Record<string, HandleMessage>>;

/** What a message is, where it is no event. */
export const messageTypeOf = ({
  messageAttributes,
}: Pick<SQSRecord, 'messageAttributes'>): string | undefined => messageAttributes[MESSAGE_TYPE]?.stringValue;

/** Reads a message. Throws UnreadableEvent for a poison message: one that no repetition makes readable. */
export function readDelivery({ application }: Runtime, record: SQSRecord): Delivery {
  return {
    messageId: record.messageId,
    event: application.registry.upcast(parseBody(record.body)),
    receiveCount: receiveCountOf(record),
  };
}

export const receiveCountOf = (record: SQSRecord): number =>
  Number(record.attributes.ApproximateReceiveCount);

/** True for what newer code wrote, also where it is the cause of a larger failure. */
export const isNewer = (error: unknown): boolean =>
  error instanceof NewerEvent || (error instanceof Error && error.cause instanceof NewerEvent);

/** True for what no repetition can mend. */
export const isPoison = (error: unknown): boolean => error instanceof UnreadableEvent && !isNewer(error);

/** Throws InvalidEnvelope, which quotes nothing of the body. */
export function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    // V8's message quotes the body, and with it whoever it is about.
    const [position] = /at position \d+/.exec((error as Error).message) ?? [];
    throw new InvalidEnvelope([{ path: '', message: position ? `not JSON ${position}` : 'not JSON' }]);
  }
}
