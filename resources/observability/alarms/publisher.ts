import {
  lambdaMetric,
  type Metric,
  ownMetric,
  topicMetric,
  writeLatency,
} from '#resources/observability/metrics.ts';
import type { StackParts } from '#resources/observability/parts.ts';
import { InvalidConfiguration } from '#resources/variables.ts';
import { type Alarms, type MetricQuery, MINUTE } from './alarm.ts';
import { notEmpty } from './queues.ts';

export function publisherAlarms(parts: StackParts): Alarms {
  const publisher = parts.functions.find(({ name }) => name === 'publish-events');
  if (!publisher) throw new InvalidConfiguration('serverless.yml: functions: there is no publish-events');
  const query = (Id: string, Metric: Metric, Stat: 'Sum' | 'SampleCount'): MetricQuery => ({
    Id,
    ReturnData: false,
    MetricStat: { Metric, Stat, Period: 5 * MINUTE },
  });
  return {
    PublisherAgeAlarm: {
      name: 'publisher-iterator-age',
      // It is usually below a second; the stream keeps records for 24 hours.
      AlarmDescription:
        'The publisher is more than a minute behind the events table. See: The publisher was down.',
      ...lambdaMetric(publisher.id, 'IteratorAge'),
      Statistic: 'Maximum',
      Period: MINUTE,
      EvaluationPeriods: 3,
      Threshold: 60_000,
    },
    PublisherSilentAlarm: {
      name: 'publisher-silent',
      AlarmDescription:
        'Events are appended and none is published: a mapping that is off has no iterator age. See: The publisher was down.',
      Metrics: [
        query('one', writeLatency('EventsTable', 'PutItem'), 'SampleCount'),
        query('several', writeLatency('EventsTable', 'TransactWriteItems'), 'SampleCount'),
        query('published', topicMetric('EventsTopic', 'NumberOfMessagesPublished'), 'Sum'),
        {
          Id: 'silent',
          Label: 'appended and not published',
          Expression: 'IF(FILL(one, 0) + FILL(several, 0) > 0 AND FILL(published, 0) == 0, 1, 0)',
          ReturnData: true,
        },
      ],
      EvaluationPeriods: 2,
      Threshold: 0,
    },
    PublisherRefusedAlarm: {
      name: 'publisher-refused',
      AlarmDescription:
        'An event can never be published as it is; the publisher passed over it. See: The publisher was down.',
      ...ownMetric(parts, 'EventsRefused'),
      Statistic: 'Sum',
      Period: 5 * MINUTE,
      EvaluationPeriods: 1,
      Threshold: 0,
    },
    EventsAlteredAlarm: {
      name: 'events-altered',
      AlarmDescription:
        'Somebody changed or deleted an event in the events table. See: An event was altered.',
      ...ownMetric(parts, 'EventsAltered'),
      Statistic: 'Sum',
      Period: 5 * MINUTE,
      Threshold: 0,
    },
    PublisherFailuresAlarm: {
      name: 'publisher-failures',
      AlarmDescription: 'The stream gave up on a batch of the publisher. See: The publisher was down.',
      ...notEmpty('PublisherFailures'),
    },
  };
}
