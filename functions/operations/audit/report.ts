import type { Runtime } from '#kit/config/runtime.ts';
import { timeOf } from '#kit/events/ids.ts';
import type { Finding } from './look.ts';

export interface ScheduledAudit {
  /** Looked at in this run. */
  events: number;
  streams: number;
  /** What has not arrived, as far as this run saw it; the first 200 stay watched. */
  behind: Finding[];
  /** Messages that went out for it. */
  healed: number;
  /** Every event before these has been looked at, ISO 8601. */
  auditedTo: { soon: string; later: string };
  /** Another run was at it at the same time, and this one stopped. */
  overtaken?: true;
}

/** A log line names at most so many. */
const NAMED = 20;

/**
 * Metrics: of each projection, how old the oldest event is that it lacks (0 where it lacks none) and how many of its
 * streams are behind; how many events anyone lacks; streams looked at; messages sent. One log line says the same, and
 * names what is behind; none where there was nothing to look at.
 */
export function report(runtime: Runtime, { behind, streams, healed, ...rest }: ScheduledAudit): void {
  const { application, metrics, logger } = runtime;
  for (const { name: projection } of application.projections) {
    const lacked = behind.filter(({ lackedBy }) => lackedBy.some(({ consumer }) => consumer === projection));
    const oldest = Math.min(runtime.now(), ...lacked.map(({ eventId }) => timeOf(eventId)));
    metrics.record('ProjectionLagSeconds', Math.round((runtime.now() - oldest) / 1_000), projection);
    metrics.record('StreamsBehind', new Set(lacked.map(({ streamId }) => streamId)).size, projection);
  }
  metrics.count('EventsMissing', behind.length);
  metrics.count('StreamsAudited', streams);
  metrics.count('EventsHealed', healed);

  const line = { ...rest, streams, healed, missing: behind.length };
  if (behind.length > 0) {
    const reason = `${behind.length} had not arrived, ${healed} messages sent`;
    logger.warn('events are missing', { ...line, reason, first: behind.slice(0, NAMED) });
  }
  if (behind.length === 0 && streams > 0) logger.info('audited', line);
}
