// What the dashboard shows: metrics as CloudWatch's dashboards write them, [namespace, name, dimension, value, …, options].
// `${Name}` stands for a part of the stack; Fn::Sub fills it in.

/** The path, place by place: [title, how much, how long, what goes wrong]. */
module.exports.pathOf = (parts) => {
  const { consumers, functions } = parts;
  const ours = oursOf(parts);
  const lambda = (metric, stat, ...kinds) =>
    functions.filter(({ kind }) => kinds.includes(kind)).map((one) => lambdaMetric(one, metric, stat));
  return [
    [
      'API',
      [api('Count', { stat: 'Sum' })],
      [api('Latency', { stat: 'p50', label: 'p50' }), api('Latency', { stat: 'p99', label: 'p99' })],
      [api('4xx', { stat: 'Sum' }), api('5xx', { stat: 'Sum' })],
    ],
    [
      'Commands',
      [ours('CommandsAccepted', 'Sum'), ours('CommandsRejected', 'Sum'), ours('CommandsRepeated', 'Sum')],
      lambda('Duration', 'p99', 'commands'),
      [ours('CommandConflicts', 'Sum'), ...lambda('Errors', 'Sum', 'commands')],
    ],
    [
      'Events table',
      [ours('EventsAppended', 'Sum')],
      latency('EventsTable', 'PutItem', 'Query'),
      throttles('EventsTable'),
    ],
    [
      'Publisher',
      [ours('EventsPublished', 'Sum')],
      [
        ours('PublishLag', 'p50'),
        ours('PublishLag', 'p99'),
        ...lambda('IteratorAge', 'Maximum', 'publisher'),
      ],
      [ours('PublishFailures', 'Sum'), ...lambda('Errors', 'Sum', 'publisher')],
    ],
    [
      'Topic',
      [
        topic('NumberOfMessagesPublished'),
        topic('NumberOfNotificationsDelivered'),
        topic('NumberOfNotificationsFilteredOut'),
      ],
      // AWS measures no time here.
      [],
      [
        topic('NumberOfNotificationsFailed'),
        topic('NumberOfNotificationsRedrivenToDlq'),
        topic('NumberOfNotificationsFailedToRedriveToDlq'),
      ],
    ],
    ['Queues', waiting(consumers), oldest(consumers), deadLetters(consumers)],
    [
      'Consumers',
      consumers.map(({ name }) => ours('MessagesHandled', 'Sum', 'consumer', name)),
      consumerLag(parts),
      [
        ...consumers.map(({ name }) => ours('MessagesRetried', 'Sum', 'consumer', name)),
        ...consumers.map(({ name }) => ours('DeadLetters', 'Sum', 'consumer', name)),
        ...lambda('Errors', 'Sum', 'consumers', 'projections'),
      ],
    ],
    [
      'Read model',
      [
        table('ReadModelTable', 'ConsumedWriteCapacityUnits', { stat: 'Sum' }),
        table('ReadModelTable', 'ConsumedReadCapacityUnits', { stat: 'Sum' }),
      ],
      latency('ReadModelTable', 'PutItem', 'GetItem', 'Query'),
      throttles('ReadModelTable'),
    ],
  ];
};

/** What of the path needs more room, to be read line by line: [title, metrics]. */
module.exports.closeUpsOf = (parts) => {
  const { consumers, functions } = parts;
  const ours = oursOf(parts);
  const projections = consumers.filter(({ isProjection }) => isProjection);
  return [
    [
      'Dead letters',
      [
        ...deadLetters(consumers),
        queue({ name: 'publisher-failures' }, 'ApproximateNumberOfMessagesVisible', 'PublisherFailures'),
      ],
    ],
    ['Age of the oldest message, s', oldest(consumers)],
    ['Lag from event to handled, p99, ms', consumerLag(parts)],
    [
      'Projections: lag, s, and streams behind',
      projections.flatMap(({ name }) => [
        ours('ProjectionLagSeconds', 'Maximum', 'projection', name),
        ours('StreamsBehind', 'Maximum', 'projection', name),
      ]),
    ],
    [
      'Audit: looked at, missing, healed',
      [ours('StreamsAudited', 'Sum'), ours('EventsMissing', 'Maximum'), ours('EventsHealed', 'Sum')],
    ],
    ['Appended and published', [ours('EventsAppended', 'Sum'), ours('EventsPublished', 'Sum')]],
    ['Function errors', functions.map((one) => lambdaMetric(one, 'Errors', 'Sum'))],
    ['Function throttles', functions.map((one) => lambdaMetric(one, 'Throttles', 'Sum'))],
    [
      'Functions at work at once',
      functions.map((one) => lambdaMetric(one, 'ConcurrentExecutions', 'Maximum')),
    ],
  ];
};

/** Of the stack's own part of this name. */
const of = (part) => `\${${part}}`;

const api = (metric, options) => ['AWS/ApiGateway', metric, 'ApiId', of('HttpApi'), options];

const table = (id, metric, options) => ['AWS/DynamoDB', metric, 'TableName', of(id), options];

const latency = (id, ...operations) =>
  operations.map((operation) => [
    ...table(id, 'SuccessfulRequestLatency').slice(0, -1),
    'Operation',
    operation,
    { stat: 'Average', label: operation },
  ]);

const throttles = (id) => [
  table(id, 'ReadThrottleEvents', { stat: 'Sum' }),
  table(id, 'WriteThrottleEvents', { stat: 'Sum' }),
];

const topic = (metric) => ['AWS/SNS', metric, 'TopicName', of('EventsTopic.TopicName'), { stat: 'Sum' }];

const queue = ({ name }, metric, id) => [
  'AWS/SQS',
  metric,
  'QueueName',
  of(`${id}.QueueName`),
  { stat: 'Maximum', label: name },
];
const waiting = (consumers) =>
  consumers.map((one) => queue(one, 'ApproximateNumberOfMessagesVisible', one.queue));
const oldest = (consumers) => consumers.map((one) => queue(one, 'ApproximateAgeOfOldestMessage', one.queue));
const deadLetters = (consumers) =>
  consumers.map((one) => queue(one, 'ApproximateNumberOfMessagesVisible', one.deadLetters));

const lambdaMetric = ({ name, function: id }, metric, stat) => [
  'AWS/Lambda',
  metric,
  'FunctionName',
  of(id),
  { stat, label: `${name} ${metric}` },
];

/** A metric of our own (shared/kit/observability/metrics.ts). */
const oursOf =
  ({ service, stage }) =>
  (metric, stat, dimension, value) => {
    const percentile = stat.startsWith('p') ? stat : undefined;
    return [
      'Orderstream',
      metric,
      'service',
      service,
      'stage',
      stage,
      ...(dimension ? [dimension, value] : []),
      { stat, label: [value, metric, percentile].filter(Boolean).join(' ') },
    ];
  };

const consumerLag = (parts) =>
  parts.consumers.map(({ name }) => oursOf(parts)('ConsumerLag', 'p99', 'consumer', name));
