/** What a decider returns: a fact without its place in a stream. */
export interface NewEvent<Type extends string = string, Data = unknown> {
  eventType: Type;
  data: Data;
}

export interface EventMetadata {
  /** Who sent the command: the token's `sub`, or `consumer:<name>`, or `operator`. */
  userId: string;
  /** ISO 8601 in UTC with milliseconds, from the clock of the function that appended. */
  timestamp: string;
  /** One id for everything that one request set off, across consumers. */
  correlationId: string;
  /** The `eventId` or request id that directly led to this event. */
  causationId: string;
  /** Identity of the command; a stream holds the events of one `commandId` once. */
  commandId: string;
  /** Digest of the command's payload: tells a repeat from another command under the same key. */
  commandHash?: string;
}

/**
 * One event as it is stored, published and consumed: the item in the events table (less its index
 * attributes), the body of the SNS message, the answer of the audit trail.
 */
export interface StoredEvent<Type extends string = string, Data = unknown> extends NewEvent<Type, Data> {
  /**
   * `<aggregateType>-<aggregateId>`: `counter-0192…`. Reaches storage: never rename an aggregate type. No type may be another one
   * and a hyphen and more (`createRegistry`).
   */
  streamId: string;
  /** 1, 2, 3 … without a gap. */
  version: number;
  /** UUIDv7: sorts by time. */
  eventId: string;
  aggregateType: string;
  aggregateId: string;
  /** Version of this event type's `data`, 1 at first. */
  schemaVersion: number;
  metadata: EventMetadata;
}

export const streamIdOf = (aggregateType: string, aggregateId: string): string =>
  `${aggregateType}-${aggregateId}`;
