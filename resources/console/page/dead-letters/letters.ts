// As the operation `dead-letters` answers.

export interface Group {
  fingerprint: string;
  consumer: string;
  errorName: string;
  errorMessage: string;
  count: number;
  firstFailureAt: string;
  lastFailureAt: string;
}

export interface Letter {
  messageId: string;
  consumer: string;
  fingerprint: string;
  errorName: string;
  errorMessage: string;
  firstFailureAt?: string;
  lastFailureAt?: string;
  receiveCount?: number;
  sentAt: string;
  eventType?: string;
  streamId?: string;
  version?: number;
  correlationId?: string;
}
