import { ownMetric } from '#resources/observability/metrics.ts';
import type { StackParts } from '#resources/observability/parts.ts';
import { type Alarms, MINUTE } from './alarm.ts';

/** The tick sends what falls due up to two minutes ahead, so anything that is overdue waits for the tick. */
export const deadlineAlarms = (parts: StackParts): Alarms => ({
  DeadlinesOverdueAlarm: {
    name: 'deadlines-overdue',
    AlarmDescription:
      'Deadlines are more than two minutes late, or the tick does not say so any more. See: Deadlines are overdue.',
    ...ownMetric(parts, 'DeadlinesOverdueSeconds'),
    Statistic: 'Maximum',
    Period: MINUTE,
    EvaluationPeriods: 5,
    DatapointsToAlarm: 3,
    Threshold: 2 * MINUTE,
    // The tick writes it every minute, zero included.
    TreatMissingData: 'breaching',
  },
});
