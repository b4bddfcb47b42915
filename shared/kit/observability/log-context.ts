import type { StoredEvent } from '#kit/events/event.ts';

/** What every line of a log that is about an event says of it. Saved queries and `npm start` read these names. */
export interface LogContext {
  eventType: string;
  streamId: string;
  version: number;
  correlationId: string;
}

/** Of an event that is known. */
export const logContextOf = ({ eventType, streamId, version, metadata }: StoredEvent): LogContext => ({
  eventType,
  streamId,
  version,
  // What else was written into the table by hand may have no metadata.
  correlationId: metadata?.correlationId,
});

/** Of a message that may hold anything at all: what it says of itself helps whoever looks for it. */
export function parseLogContext(body: string): Partial<LogContext> {
  try {
    const event = JSON.parse(body);
    const { version } = event;
    return defined({
      eventType: text(event.eventType),
      streamId: text(event.streamId),
      version: Number.isSafeInteger(version) ? version : undefined,
      correlationId: text(event.metadata?.correlationId),
    });
  } catch {
    return {};
  }
}

/** A short printable word, as ids and types are; a name or an address in its place has spaces. */
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[\x21-\x7e]{1,200}$/.test(value) ? value : undefined;

function defined(line: { [Name in keyof LogContext]: LogContext[Name] | undefined }): Partial<LogContext> {
  return Object.fromEntries(Object.entries(line).filter(([, value]) => value !== undefined));
}
