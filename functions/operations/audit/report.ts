import type { Runtime } from '#kit/config/runtime.ts';
import { timeOf } from '#kit/events/ids.ts';
import type { Finding } from './check-delivery.ts';

export interface ScheduledAudit {
  /** Checked in this run. */
  events: number;
  streams: number;
  /** What has not arrived, as far as this run saw it; the first 200 stay pending. */
  behind: Finding[];
  /** What lanes have found beyond these, and sent again. */
  unnamed?: number;
  /** Messages that went out for it. */
  redelivered: number;
  /** Every event before these has been checked by the first and by the second pass, ISO 8601. */
  auditedTo: { first: string; second: string };
  /** Another run was at it at the same time, and this one stopped. */
  overtaken?: true;
}

/** A log line names at most so many. */
const NAMED = 20;

/**
 * Metrics: of each projection, how old the oldest event is that it has not had (0 where there is none) and how many of its
 * streams are behind; how many events somebody has not had; streams checked; messages sent. One log line says the same, and
 * names what is behind; none where there was nothing to check.
 */
export function report(
  runtime: Runtime,
  { behind, unnamed = 0, streams, redelivered, ...rest }: ScheduledAudit,
): void {
  const { application, metrics, logger } = runtime;
  for (const projection of application.projections) {
    const lacking = behind.filter(({ missingAt }) =>
      missingAt.some(({ consumer }) => consumer === projection),
    );
    const oldest = Math.min(runtime.now(), ...lacking.map(({ eventId }) => timeOf(eventId)));
    metrics.record('ProjectionLagSeconds', Math.round((runtime.now() - oldest) / 1_000), projection);
    metrics.record('StreamsBehind', new Set(lacking.map(({ streamId }) => streamId)).size, projection);
  }
  const missing = behind.length + unnamed;
  metrics.count('EventsMissing', missing);
  metrics.count('StreamsAudited', streams);
  metrics.count('EventsRedelivered', redelivered);

  const line = { ...rest, streams, redelivered, missing };
  if (missing > 0) {
    const reason = `${missing} had not arrived, ${redelivered} messages sent`;
    logger.warn('events are missing', { ...line, reason, first: behind.slice(0, NAMED) });
  }
  if (missing === 0 && streams > 0) logger.info('audited', line);
}
