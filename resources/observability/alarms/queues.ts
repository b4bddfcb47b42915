import { queueMetric } from '#resources/observability/metrics.ts';
import type { MonitoredConsumer } from '#resources/observability/parts.ts';
import { type Alarm, type Alarms, MINUTE } from './alarm.ts';

export function consumerAlarms({ name, queue, deadLetters }: MonitoredConsumer): Alarms {
  return {
    [`${deadLetters}Alarm`]: {
      name: `${name}-dead-letters`,
      AlarmDescription: `${name} has dead letters. See: A consumer fails; A poison message.`,
      ...notEmpty(deadLetters),
    },
    [`${queue}AgeAlarm`]: {
      name: `${name}-age`,
      // Five tries take about half a minute: a message older than five minutes is waiting, not being retried.
      AlarmDescription: `A message has waited for ${name} for more than five minutes. See: A consumer fails.`,
      ...queueMetric(queue, 'ApproximateAgeOfOldestMessage'),
      Statistic: 'Maximum',
      Period: MINUTE,
      EvaluationPeriods: 3,
      Threshold: 5 * MINUTE,
    },
  };
}

/** The alarm goes off at the first message. */
export const notEmpty = (queue: string): Omit<Alarm, 'name' | 'AlarmDescription'> => ({
  ...queueMetric(queue, 'ApproximateNumberOfMessagesVisible'),
  Statistic: 'Maximum',
  Period: MINUTE,
  Threshold: 0,
});
