// Who is told when something is wrong, and of what. Made from the same list as the functions and consumers themselves. Read
// by serverless.yml; a stage whose parameter `alarms` is false has none.

const { alarmTopicOf, hasAlarms } = require('./alarm-topic.cjs');
const { partsOf } = require('./parts.cjs');

const MINUTE = 60;

module.exports.resources = async ({ resolveVariable }) => {
  const Resources = {};
  const topic = await alarmTopicOf(resolveVariable);
  const parts = await partsOf(resolveVariable);
  for (const [id, { name, ...alarm }] of Object.entries(await alarmsOf(resolveVariable, parts))) {
    Resources[id] = {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        AlarmName: `${parts.name}-${name}`,
        EvaluationPeriods: 1,
        // Most metrics here are written only where something happens: silence is no trouble.
        TreatMissingData: 'notBreaching',
        ComparisonOperator: 'GreaterThanThreshold',
        ...alarm,
        AlarmActions: [topic],
        OKActions: [topic],
      },
    };
  }
  return { Resources };
};

/** The logical ids of the stage's alarms. */
module.exports.alarmIds = async (resolveVariable) =>
  Object.keys(await alarmsOf(resolveVariable, await partsOf(resolveVariable)));

async function alarmsOf(resolveVariable, parts) {
  if (!(await hasAlarms(resolveVariable))) return {};
  return {
    ...apiAlarms(),
    ...Object.assign({}, ...parts.functions.map(functionAlarms)),
    ...publisherAlarms(parts),
    ...auditAlarms(parts),
    ...Object.assign({}, ...parts.consumers.map(consumerAlarms)),
    ...Object.assign(
      {},
      ...parts.consumers.filter(({ isProjection }) => isProjection).map(projectionAlarms(parts)),
    ),
  };
}

function apiAlarms() {
  const Dimensions = [{ Name: 'ApiId', Value: { Ref: 'HttpApi' } }];
  return {
    ApiErrorsAlarm: {
      name: 'api-5xx',
      AlarmDescription:
        'The API answered with 5xx in two of three periods of five minutes. See: The API fails.',
      Namespace: 'AWS/ApiGateway',
      MetricName: '5xx',
      Dimensions,
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
      Namespace: 'AWS/ApiGateway',
      MetricName: 'Latency',
      Dimensions,
      ExtendedStatistic: 'p99',
      // Of a handful of requests the slowest is no percentile.
      EvaluateLowSampleCountPercentile: 'ignore',
      Period: 5 * MINUTE,
      EvaluationPeriods: 3,
      Threshold: 3_000,
    },
  };
}

/** The page of the runbook (docs/operations), and the saved query, for functions of a kind. */
const entries = {
  commands: 'The API fails',
  queries: 'The API fails',
  publisher: 'The publisher was down',
  consumers: 'A consumer fails',
  projections: 'A consumer fails',
};

/** Handlers answer for their failures themselves, so an error is a crash or a timeout: the first one counts. */
function functionAlarms({ name, kind, function: id }) {
  const metric = (MetricName) => ({
    Namespace: 'AWS/Lambda',
    MetricName,
    Dimensions: [{ Name: 'FunctionName', Value: { Ref: id } }],
    Statistic: 'Sum',
    Period: 5 * MINUTE,
    Threshold: 0,
  });
  return {
    [`${id}ErrorsAlarm`]: {
      name: `${name}-errors`,
      AlarmDescription: `${name} crashed or timed out. See: ${entries[kind] ?? 'its log group'}.`,
      ...metric('Errors'),
    },
    [`${id}ThrottlesAlarm`]: {
      name: `${name}-throttles`,
      AlarmDescription: `${name} was throttled in two of three periods of five minutes: it, or the account, has too little concurrency.`,
      ...metric('Throttles'),
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
    },
  };
}

function publisherAlarms(parts) {
  const { function: id } = parts.functions.find(({ name }) => name === 'publish-events');
  const sum = (Id, MetricName) => ({
    Id,
    ReturnData: false,
    MetricStat: { Metric: ours(parts, MetricName), Stat: 'Sum', Period: 5 * MINUTE },
  });
  return {
    PublisherAgeAlarm: {
      name: 'publisher-iterator-age',
      // It is below a second as a rule; the stream forgets after 24 hours.
      AlarmDescription:
        'The publisher is more than a minute behind the events table. See: The publisher was down.',
      Namespace: 'AWS/Lambda',
      MetricName: 'IteratorAge',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: id } }],
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
        sum('appended', 'EventsAppended'),
        sum('published', 'EventsPublished'),
        {
          Id: 'silent',
          Label: 'appended and not published',
          Expression: 'IF(FILL(appended, 0) > 0 AND FILL(published, 0) == 0, 1, 0)',
          ReturnData: true,
        },
      ],
      EvaluationPeriods: 2,
      Threshold: 0,
    },
    PublisherFailuresAlarm: {
      name: 'publisher-failures',
      AlarmDescription: 'The stream gave up on a batch of the publisher. See: The publisher was down.',
      ...notEmpty('PublisherFailures'),
    },
  };
}

/** audit sends again what is missing; what is still missing a quarter of an hour later, it cannot heal. */
const auditAlarms = (parts) => ({
  EventsMissingAlarm: {
    name: 'events-missing',
    AlarmDescription:
      'For a quarter of an hour a consumer or a view has lacked events, and sending them again has not helped. See: The audit says that something stays behind.',
    ...ours(parts, 'EventsMissing'),
    Statistic: 'Maximum',
    Period: 5 * MINUTE,
    EvaluationPeriods: 3,
    Threshold: 0,
  },
});

function consumerAlarms({ name, queue, deadLetters }) {
  return {
    [`${deadLetters}Alarm`]: {
      name: `${name}-dead-letters`,
      AlarmDescription: `${name} has dead letters. See: A consumer fails; A poison message.`,
      ...notEmpty(deadLetters),
    },
    [`${queue}AgeAlarm`]: {
      name: `${name}-age`,
      // Five tries take about half a minute: what is older than five is waiting, not being tried again.
      AlarmDescription: `A message has waited for ${name} for more than five minutes. See: A consumer fails.`,
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateAgeOfOldestMessage',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } }],
      Statistic: 'Maximum',
      Period: MINUTE,
      EvaluationPeriods: 3,
      Threshold: 5 * MINUTE,
    },
  };
}

const notEmpty = (queue) => ({
  Namespace: 'AWS/SQS',
  MetricName: 'ApproximateNumberOfMessagesVisible',
  Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } }],
  Statistic: 'Maximum',
  Period: MINUTE,
  Threshold: 0,
});

const projectionAlarms =
  (parts) =>
  ({ name, queue }) => ({
    [`${queue.replace(/Queue$/, '')}LagAlarm`]: {
      name: `${name}-lag`,
      AlarmDescription: `The projection ${name} is more than a minute behind the events table, or audit does not say so any more. See: The audit says that something stays behind.`,
      ...ours(parts, 'ProjectionLagSeconds', { Name: 'projection', Value: name }),
      Statistic: 'Maximum',
      Period: 5 * MINUTE,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
      Threshold: MINUTE,
      // audit writes it every five minutes, zero included.
      TreatMissingData: 'breaching',
    },
  });

/** A metric of our own (shared/kit/observability/metrics.ts). */
const ours = ({ service, stage }, MetricName, ...dimensions) => ({
  Namespace: 'Orderstream',
  MetricName,
  Dimensions: [{ Name: 'service', Value: service }, { Name: 'stage', Value: stage }, ...dimensions],
});
