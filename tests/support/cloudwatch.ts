import { application } from '#application';
import { metricDefinitions } from '#kit/observability/metrics.ts';
import type { Template } from '#resources/local/stack/template.ts';

/** A metric as an alarm or a graph names it; values as in the template, or `${Name}` as Fn::Sub takes it. */
export interface NamedMetric {
  namespace: string;
  name: string;
  dimensions: Record<string, unknown>;
}

/**
 * What AWS writes, as far as we look at it: by namespace the dimensions, each with the type of resource that it names,
 * and the metrics that have exactly these. From the services' developer guides ("Metrics and dimensions").
 */
const written: Record<string, { dimensions: Record<string, string | RegExp>; names: string[] }[]> = {
  'AWS/ApiGateway': [
    {
      dimensions: { ApiId: 'AWS::ApiGatewayV2::Api' },
      names: ['4xx', '5xx', 'Count', 'DataProcessed', 'IntegrationLatency', 'Latency'],
    },
  ],
  'AWS/Lambda': [
    {
      dimensions: { FunctionName: 'AWS::Lambda::Function' },
      names: ['Invocations', 'Errors', 'Throttles', 'Duration', 'ConcurrentExecutions', 'IteratorAge'],
    },
  ],
  'AWS/SQS': [
    {
      dimensions: { QueueName: 'AWS::SQS::Queue' },
      names: [
        'ApproximateAgeOfOldestMessage',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesVisible',
        'NumberOfMessagesDeleted',
        'NumberOfMessagesReceived',
        'NumberOfMessagesSent',
      ],
    },
  ],
  'AWS/SNS': [
    {
      dimensions: { TopicName: 'AWS::SNS::Topic' },
      names: [
        'NumberOfMessagesPublished',
        'NumberOfNotificationsDelivered',
        'NumberOfNotificationsFailed',
        'NumberOfNotificationsFailedToRedriveToDlq',
        'NumberOfNotificationsFilteredOut',
        'NumberOfNotificationsRedrivenToDlq',
      ],
    },
  ],
  'AWS/DynamoDB': [
    {
      dimensions: { TableName: 'AWS::DynamoDB::Table' },
      names: [
        'ConsumedReadCapacityUnits',
        'ConsumedWriteCapacityUnits',
        'ReadThrottleEvents',
        'WriteThrottleEvents',
      ],
    },
    {
      dimensions: {
        TableName: 'AWS::DynamoDB::Table',
        Operation: /^(PutItem|TransactWriteItems|GetItem|Query)$/,
      },
      names: ['SuccessfulRequestLatency'],
    },
  ],
};

/** Why nobody would ever write this metric in this stack, as sentences; none = somebody does. */
export function neverWritten(template: Template, { namespace, name, dimensions }: NamedMetric): string[] {
  const what = `${namespace} ${name} by ${Object.keys(dimensions).join(', ')}`;
  if (namespace === application.metricNamespace) return neverWrittenByUs(template, name, dimensions);
  const match = written[namespace]?.find(
    (one) => one.names.includes(name) && sameKeys(one.dimensions, dimensions),
  );
  if (!match) return [`AWS writes no ${what}`];
  return Object.entries(match.dimensions).flatMap(([dimension, expected]) => {
    const value = dimensions[dimension];
    if (expected instanceof RegExp) {
      return expected.test(String(value)) ? [] : [`${what}: there is no ${dimension} ${value}`];
    }
    const type = template.Resources[partOf(value) ?? '']?.Type;
    return type === expected ? [] : [`${what}: ${JSON.stringify(value)} is no ${expected}`];
  });
}

function neverWrittenByUs(template: Template, name: string, dimensions: Record<string, unknown>): string[] {
  const definition = Object.entries(metricDefinitions).find(([known]) => known === name)?.[1];
  if (!definition) return [`our code writes no ${name}`];
  const own = 'dimension' in definition ? [definition.dimension] : [];
  const expected = ['service', 'stage', ...own];
  if (!sameKeys(Object.fromEntries(expected.map((key) => [key, ''])), dimensions)) {
    return [
      `our code writes ${name} by ${expected.join(', ')}, not by ${Object.keys(dimensions).join(', ')}`,
    ];
  }
  const settings = Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map(({ Properties }) => Properties?.Environment as { Variables: Record<string, unknown> })
    .map(({ Variables }) => Variables);
  const values: Record<string, unknown[]> = {
    service: settings.map(({ SERVICE }) => SERVICE),
    stage: settings.map(({ STAGE }) => STAGE),
    consumer: settings.map(({ CONSUMER }) => CONSUMER),
    projection: settings.map(({ CONSUMER }) => CONSUMER),
    eventType: [...application.registry.eventTypes],
  };
  return Object.entries(dimensions)
    .filter(([dimension, value]) => !values[dimension]?.includes(value))
    .map(([dimension, value]) => `no function writes ${name} with ${dimension} ${value}`);
}

const sameKeys = (one: object, other: object): boolean =>
  Object.keys(one).sort().join() === Object.keys(other).sort().join();

/** The logical id in `{ Ref }`, `{ Fn::GetAtt }`, `${Id}` or `${Id.Attribute}`. */
export function partOf(value: unknown): string | undefined {
  if (typeof value === 'string') return /^\$\{(\w+)(?:\.\w+)?\}$/.exec(value)?.[1];
  const { Ref, 'Fn::GetAtt': getAtt } = (value ?? {}) as { Ref?: string; 'Fn::GetAtt'?: string[] };
  return Ref ?? getAtt?.[0];
}
