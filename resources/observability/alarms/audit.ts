import { ownMetric } from '#resources/observability/metrics.ts';
import type { StackParts } from '#resources/observability/parts.ts';
import { type Alarms, MINUTE } from './alarm.ts';

/** The audit redelivers missing events. It could not repair those that are still missing after 15 minutes. */
export const auditAlarms = (parts: StackParts): Alarms => ({
  EventsMissingAlarm: {
    name: 'events-missing',
    AlarmDescription:
      'For a quarter of an hour a consumer or a view has lacked events, and sending them again has not helped. See: The audit says that something stays behind.',
    ...ownMetric(parts, 'EventsMissing'),
    Statistic: 'Maximum',
    Period: 5 * MINUTE,
    EvaluationPeriods: 3,
    Threshold: 0,
  },
});

/** How far each projection is behind, as the audit finds it. */
export const projectionAlarms = (parts: StackParts): Alarms =>
  Object.fromEntries(
    parts.consumers
      .filter(({ isProjection }) => isProjection)
      .map(({ id, name }) => [
        `${id}LagAlarm`,
        {
          name: `${name}-lag`,
          AlarmDescription: `The projection ${name} is more than a minute behind the events table, or audit does not say so any more. See: The audit says that something stays behind.`,
          ...ownMetric(parts, 'ProjectionLagSeconds', { Name: 'projection', Value: name }),
          Statistic: 'Maximum',
          Period: 5 * MINUTE,
          EvaluationPeriods: 3,
          DatapointsToAlarm: 2,
          Threshold: MINUTE,
          // The audit writes it every five minutes, zero included.
          TreatMissingData: 'breaching',
        },
      ]),
  );
