import { lambdaMetric } from '#resources/observability/metrics.ts';
import type { MonitoredFunction } from '#resources/observability/parts.ts';
import { type Alarm, type Alarms, MINUTE } from './alarm.ts';

/** The page of the runbook (docs/operations), and the saved query, for functions of a kind. */
const entries: Record<string, string> = {
  commands: 'The API fails',
  queries: 'The API fails',
  publisher: 'The publisher was down',
  consumers: 'A consumer fails',
  projections: 'A consumer fails',
};

/** Handlers catch failures and report them, so an error is a crash or a timeout. One is enough for the alarm. */
export function functionAlarms({ name, kind, id }: MonitoredFunction): Alarms {
  return {
    [`${id}ErrorsAlarm`]: {
      name: `${name}-errors`,
      AlarmDescription: `${name} crashed or timed out. See: ${entries[kind] ?? 'its log group'}.`,
      ...some(id, 'Errors'),
    },
    [`${id}ThrottlesAlarm`]: {
      name: `${name}-throttles`,
      AlarmDescription: `${name} was throttled in two of three periods of five minutes: it, or the account, has too little concurrency.`,
      ...some(id, 'Throttles'),
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
    },
  };
}

const some = (id: string, metric: string): Omit<Alarm, 'name' | 'AlarmDescription'> => ({
  ...lambdaMetric(id, metric),
  Statistic: 'Sum',
  Period: 5 * MINUTE,
  Threshold: 0,
});
