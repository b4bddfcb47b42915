import { apiMetric } from '#resources/observability/metrics.ts';
import { type Alarms, MINUTE } from './alarm.ts';

export const apiAlarms = (): Alarms => ({
  ApiErrorsAlarm: {
    name: 'api-5xx',
    AlarmDescription:
      'The API answered with 5xx in two of three periods of five minutes. See: The API fails.',
    ...apiMetric('5xx'),
    Statistic: 'Sum',
    Period: 5 * MINUTE,
    EvaluationPeriods: 3,
    DatapointsToAlarm: 2,
    Threshold: 0,
  },
  ApiLatencyAlarm: {
    name: 'api-p99',
    // A cold start is about a second; a read with minVersion waits for the view and then folds the stream.
    AlarmDescription:
      'One request in a hundred has taken longer than 3 s for a quarter of an hour. See: The API fails.',
    ...apiMetric('Latency'),
    ExtendedStatistic: 'p99',
    // With few requests, p99 is only the slowest one.
    EvaluateLowSampleCountPercentile: 'ignore',
    Period: 5 * MINUTE,
    EvaluationPeriods: 3,
    Threshold: 3_000,
  },
});
