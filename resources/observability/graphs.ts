import { application } from '#application';
import type { EventType } from '#domain/index.ts';
import type { MetricDimension, MetricName } from '#kit/observability/metrics.ts';
import type { MonitoredConsumer, MonitoredFunction, StackParts } from './parts.ts';

/**
 * A metric as CloudWatch's dashboards write it: [namespace, name, dimension, value, …, options]. `${Name}` stands for a
 * part of the stack; Fn::Sub fills it in.
 */
export type GraphMetric = [...string[], MetricOptions];

export interface MetricOptions {
  stat: string;
  label?: string;
}

/** A place on the path from the API to the read model, with its three graphs; one without metrics is not shown. */
export interface Place {
  title: string;
  traffic: GraphMetric[];
  duration: GraphMetric[];
  failures: GraphMetric[];
}

/** The path, from left to right. */
export function pathOf(parts: StackParts): Place[] {
  const { consumers } = parts;
  const own = ownMetricsOf(parts);
  const lambda = lambdaMetricsOf(parts);
  return [
    {
      title: 'API',
      traffic: [api('Count', { stat: 'Sum' })],
      duration: [
        api('Latency', { stat: 'p50', label: 'p50' }),
        api('Latency', { stat: 'p99', label: 'p99' }),
      ],
      failures: [api('4xx', { stat: 'Sum' }), api('5xx', { stat: 'Sum' })],
    },
    {
      title: 'Commands',
      traffic: [
        ...lambda('Invocations', 'Sum', 'commands'),
        own('CommandsRejected', 'Sum'),
        own('CommandsRepeated', 'Sum'),
      ],
      duration: lambda('Duration', 'p99', 'commands'),
      failures: [own('CommandConflicts', 'Sum'), ...lambda('Errors', 'Sum', 'commands')],
    },
    {
      title: 'Events table',
      traffic: appended,
      duration: tableLatency('EventsTable', 'PutItem', 'Query'),
      failures: [own('EventsAltered', 'Sum'), ...throttles('EventsTable')],
    },
    {
      title: 'Publisher',
      traffic: lambda('Invocations', 'Sum', 'publisher'),
      duration: [...lambda('IteratorAge', 'Maximum', 'publisher'), ...lambda('Duration', 'p99', 'publisher')],
      failures: [
        own('PublishFailures', 'Sum'),
        own('EventsRefused', 'Sum'),
        ...lambda('Errors', 'Sum', 'publisher'),
      ],
    },
    {
      title: 'Topic',
      traffic: [
        topic('NumberOfMessagesPublished'),
        topic('NumberOfNotificationsDelivered'),
        topic('NumberOfNotificationsFilteredOut'),
      ],
      // AWS measures no time here.
      duration: [],
      failures: [
        topic('NumberOfNotificationsFailed'),
        topic('NumberOfNotificationsRedrivenToDlq'),
        topic('NumberOfNotificationsFailedToRedriveToDlq'),
      ],
    },
    {
      title: 'Queues',
      traffic: waiting(consumers),
      duration: oldest(consumers),
      failures: deadLetters(consumers),
    },
    {
      title: 'Consumers',
      traffic: handled(consumers),
      duration: lambda('Duration', 'p99', 'consumers', 'projections'),
      failures: [
        ...consumers.map(({ name }) => own('MessagesRetried', 'Sum', 'consumer', name)),
        ...consumers.map(({ name }) => own('DeadLetters', 'Sum', 'consumer', name)),
        ...lambda('Errors', 'Sum', 'consumers', 'projections'),
      ],
    },
    {
      title: 'Read model',
      traffic: [
        table('ReadModelTable', 'ConsumedWriteCapacityUnits'),
        table('ReadModelTable', 'ConsumedReadCapacityUnits'),
      ],
      duration: tableLatency('ReadModelTable', 'PutItem', 'GetItem', 'Query'),
      failures: throttles('ReadModelTable'),
    },
  ];
}

export interface Graph {
  title: string;
  metrics: GraphMetric[];
}

/** Details of the path that need a graph of their own. */
export function closeUpsOf(parts: StackParts): Graph[] {
  const { consumers, functions } = parts;
  const own = ownMetricsOf(parts);
  const eachFunction = (metric: string, stat: string) =>
    functions.map((one) => lambdaMetric(one, metric, stat));
  return [
    {
      title: 'Dead letters',
      metrics: [...deadLetters(consumers), queue('publisher-failures', VISIBLE, 'PublisherFailures')],
    },
    { title: 'Age of the oldest message, s', metrics: oldest(consumers) },
    {
      title: 'Projections: lag, s, and streams behind',
      metrics: consumers
        .filter(({ isProjection }) => isProjection)
        .flatMap(({ name }) => [
          own('ProjectionLagSeconds', 'Maximum', 'projection', name),
          own('StreamsBehind', 'Maximum', 'projection', name),
        ]),
    },
    {
      title: 'Audit: looked at, missing, redelivered',
      metrics: [
        own('StreamsAudited', 'Sum'),
        own('EventsMissing', 'Maximum'),
        own('EventsRedelivered', 'Sum'),
      ],
    },
    {
      title: 'Deadlines: sent, overdue, s, and lag, ms',
      metrics: [
        own('DeadlinesSent', 'Sum'),
        own('DeadlinesOverdueSeconds', 'Maximum'),
        own('DeadlineLag', 'p50'),
        own('DeadlineLag', 'p99'),
      ],
    },
    {
      title: 'What deadlines led to',
      metrics: deadlineEvents.map((eventType) => own('DeadlineEvents', 'Sum', 'eventType', eventType)),
    },
    {
      title: 'Appended and published',
      metrics: [...appended, topic('NumberOfMessagesPublished')],
    },
    { title: 'Function errors', metrics: eachFunction('Errors', 'Sum') },
    { title: 'Function throttles', metrics: eachFunction('Throttles', 'Sum') },
    { title: 'Functions at work at once', metrics: eachFunction('ConcurrentExecutions', 'Maximum') },
  ];
}

/** A part of the stack, for Fn::Sub. */
const sub = (part: string): string => `\${${part}}`;

const api = (metric: string, options: MetricOptions): GraphMetric => [
  'AWS/ApiGateway',
  metric,
  'ApiId',
  sub('HttpApi'),
  options,
];

const table = (id: string, metric: string): GraphMetric => [
  'AWS/DynamoDB',
  metric,
  'TableName',
  sub(id),
  { stat: 'Sum' },
];

/** What DynamoDB counts of the requests that append: an event each, and a command's several events. */
const appended: GraphMetric[] = ['PutItem', 'TransactWriteItems'].map((operation) => [
  'AWS/DynamoDB',
  'SuccessfulRequestLatency',
  'TableName',
  sub('EventsTable'),
  'Operation',
  operation,
  { stat: 'SampleCount', label: `${operation}s` },
]);

const tableLatency = (id: string, ...operations: string[]): GraphMetric[] =>
  operations.map((operation) => [
    'AWS/DynamoDB',
    'SuccessfulRequestLatency',
    'TableName',
    sub(id),
    'Operation',
    operation,
    { stat: 'Average', label: operation },
  ]);

const throttles = (id: string): GraphMetric[] => [
  table(id, 'ReadThrottleEvents'),
  table(id, 'WriteThrottleEvents'),
];

const topic = (metric: string): GraphMetric => [
  'AWS/SNS',
  metric,
  'TopicName',
  sub('EventsTopic.TopicName'),
  { stat: 'Sum' },
];

const VISIBLE = 'ApproximateNumberOfMessagesVisible';

const queue = (label: string, metric: string, id: string): GraphMetric => [
  'AWS/SQS',
  metric,
  'QueueName',
  sub(`${id}.QueueName`),
  { stat: 'Maximum', label },
];
const waiting = (consumers: MonitoredConsumer[]) =>
  consumers.map((one) => queue(one.name, VISIBLE, one.queue));
/** A message is deleted when it was handled, or when the dead letters have it. */
const handled = (consumers: MonitoredConsumer[]): GraphMetric[] =>
  consumers.map((one) => [
    'AWS/SQS',
    'NumberOfMessagesDeleted',
    'QueueName',
    sub(`${one.queue}.QueueName`),
    { stat: 'Sum', label: one.name },
  ]);
const oldest = (consumers: MonitoredConsumer[]) =>
  consumers.map((one) => queue(one.name, 'ApproximateAgeOfOldestMessage', one.queue));
const deadLetters = (consumers: MonitoredConsumer[]) =>
  consumers.map((one) => queue(one.name, VISIBLE, one.deadLetters));

const lambdaMetric = ({ name, id }: MonitoredFunction, metric: string, stat: string): GraphMetric => [
  'AWS/Lambda',
  metric,
  'FunctionName',
  sub(id),
  { stat, label: `${name} ${metric}` },
];

const lambdaMetricsOf =
  ({ functions }: StackParts) =>
  (metric: string, stat: string, ...kinds: string[]): GraphMetric[] =>
    functions.filter(({ kind }) => kinds.includes(kind)).map((one) => lambdaMetric(one, metric, stat));

/** Metrics that the functions write, of this stage. */
/** Every event of the domain that a deadline leads to. */
const deadlineEvents: readonly EventType[] = [
  'OrderCancelled',
  'FraudReviewEscalated',
  'CustomsDeclarationEscalated',
];

const ownMetricsOf =
  ({ service, stage }: StackParts) =>
  (metric: MetricName, stat: string, dimension?: MetricDimension, value?: string): GraphMetric => {
    const percentile = stat.startsWith('p') ? stat : undefined;
    return [
      application.metricNamespace,
      metric,
      'service',
      service,
      'stage',
      stage,
      ...(dimension && value ? [dimension, value] : []),
      { stat, label: [value, metric, percentile].filter((part) => part !== undefined).join(' ') },
    ];
  };
