import type { SQSRecord } from 'aws-lambda';
import type { Runtime } from '#kit/config/runtime.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { InvalidEnvelope, UnreadableEvent } from '#kit/events/unreadable-event.ts';

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

/** Does one step of a longer work; see docs/internals/rebuild.md. A throw lets the message come back. */
export type HandleStep = (step: unknown, receiveCount: number) => Promise<void>;

/** Reads a message. Throws UnreadableEvent for a poison message: one that no repetition makes readable. */
export function readDelivery({ application }: Runtime, record: SQSRecord): Delivery {
  return {
    messageId: record.messageId,
    event: application.registry.upcast(parse(record.body)),
    receiveCount: receiveCountOf(record),
  };
}

/**
 * What a message carries that is a step of a longer work and no event: `{"step": …}`, as our own code writes it;
 * undefined for any other.
 */
export function stepIn({ body }: SQSRecord): unknown {
  return body.startsWith('{"step":') ? (parse(body) as { step: unknown }).step : undefined;
}

export const receiveCountOf = (record: SQSRecord): number =>
  Number(record.attributes.ApproximateReceiveCount);

/** True for what no repetition can mend. */
export const isPoison = (error: unknown): boolean => error instanceof UnreadableEvent;

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    // V8's message quotes the body, and with it whoever it is about.
    const [position] = /at position \d+/.exec((error as Error).message) ?? [];
    throw new InvalidEnvelope([{ path: '', message: position ? `not JSON ${position}` : 'not JSON' }]);
  }
}
