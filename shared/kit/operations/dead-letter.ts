/** A message in a consumer's dead letter queue, as a person looks at it. */
export interface DeadLetter {
  messageId: string;
  consumer: string;
  /** The error's name, or `NoReason`. */
  errorName: string;
  errorMessage: string;
  /** The same for the same cause; what `redrive --fingerprint` selects by. */
  fingerprint: string;
  /** ISO times; absent where SQS moved the message and nobody wrote them down. */
  firstFailureAt?: string;
  lastFailureAt?: string;
  receiveCount?: number;
  /** When it came into the queue that it is in, or was moved from (SQS keeps that time), ISO. */
  sentAt: string;
  eventType?: string;
  streamId?: string;
  version?: number;
  correlationId?: string;
  /**
   * Its event is older than 29 days: a consumer that counts or notifies may have had it from another message, and have forgotten
   * that. Never at a projection, which goes by versions.
   */
  old?: true;
  /** The streams of the aggregates that the event belongs to or names (its data's `<aggregateType>Id`). */
  streams: readonly string[];
}

/** The attributes that `sendToDeadLetters` writes: what a message sheds when it goes back. */
export const reasonAttributes: readonly string[] = [
  'consumer',
  'errorName',
  'errorMessage',
  'fingerprint',
  'receiveCount',
  'firstFailureAt',
  'lastFailureAt',
  'correlationId',
];
