import type { Logger } from '@aws-lambda-powertools/logger';
import type { LogContext } from './log-context.ts';

/** How a step of many events is logged: a line for each event, or one for the batch. */
export type HopLog = 'event' | 'batch';

/** One event that took a step, and what its own line says besides. */
export interface Hop {
  about: LogContext;
  /** ms since the event was decided; the line of a batch has the longest. */
  lag?: number | undefined;
  more?: Readonly<Record<string, string | number>>;
}

/**
 * Logs that these events took a step of their way. A line for each, with all fields; or, where the stage asks for it, one for all: `events` names
 * each as `CounterStarted counter-1 1 <correlationId>`, so that a search for any of these still finds the line.
 *
 * @param step `publish`, `consumer`
 */
export function logHops(
  { logger, hopLog }: { logger: Pick<Logger, 'info'>; hopLog: HopLog },
  message: string,
  step: string,
  hops: readonly Hop[],
): void {
  if (hops.length === 0) return;
  if (hopLog === 'event') {
    for (const { about, lag, more } of hops) {
      logger.info(message, { hop: step, ...about, ...more, ...(lag !== undefined && { lag }) });
    }
    return;
  }
  const lags = hops.flatMap(({ lag }) => lag ?? []);
  const events = hops.map(({ about: { eventType, streamId, version, correlationId } }) =>
    // No `@`: the stream with its version would look like an email address, which no line may hold.
    [eventType, streamId, version, correlationId].join(' '),
  );
  logger.info(message, {
    hop: step,
    eventCount: events.length,
    ...(lags.length > 0 && { lag: Math.max(...lags) }),
    events: events.join(', '),
  });
}
