/** A line of a function's log, as Powertools writes it: what people are shown of it. */
export interface LogEntry {
  level: string;
  message: string;
  timestamp?: string;
  function?: string;
  hop?: string;
  correlationId?: string;
  consumer?: string;
  eventType?: string;
  streamId?: string;
  version?: number;
  receiveCount?: number | string;
  /** How long the event has been on its way, ms. */
  lag?: number;
  route?: string;
  status?: number;
  ms?: number;
  reason?: string;
  errorName?: string;
  errorMessage?: string;
  error?: { name?: string; message?: string; stack?: string };
}
