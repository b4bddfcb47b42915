import { application } from '#application';
import type { MetricName } from '#kit/observability/metrics.ts';
import type { StackParts } from './parts.ts';

export interface Dimension {
  Name: string;
  Value: unknown;
}

/** A metric as alarms name it. */
export interface Metric {
  Namespace: string;
  MetricName: string;
  Dimensions: Dimension[];
}

/** A metric that the functions write, of this stage. */
export const ownMetric = (
  { service, stage }: Pick<StackParts, 'service' | 'stage'>,
  name: MetricName,
  ...dimensions: Dimension[]
): Metric => ({
  Namespace: application.metricNamespace,
  MetricName: name,
  Dimensions: [{ Name: 'service', Value: service }, { Name: 'stage', Value: stage }, ...dimensions],
});

export const apiMetric = (MetricName: string): Metric => ({
  Namespace: 'AWS/ApiGateway',
  MetricName,
  Dimensions: [{ Name: 'ApiId', Value: { Ref: 'HttpApi' } }],
});

export const lambdaMetric = (id: string, MetricName: string): Metric => ({
  Namespace: 'AWS/Lambda',
  MetricName,
  Dimensions: [{ Name: 'FunctionName', Value: { Ref: id } }],
});

export const queueMetric = (id: string, MetricName: string): Metric => ({
  Namespace: 'AWS/SQS',
  MetricName,
  Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [id, 'QueueName'] } }],
});

export const topicMetric = (id: string, MetricName: string): Metric => ({
  Namespace: 'AWS/SNS',
  MetricName,
  Dimensions: [{ Name: 'TopicName', Value: { 'Fn::GetAtt': [id, 'TopicName'] } }],
});

/** Of the requests to a table that succeeded; its SampleCount says how many they were. */
export const writeLatency = (id: string, operation: string): Metric => ({
  Namespace: 'AWS/DynamoDB',
  MetricName: 'SuccessfulRequestLatency',
  Dimensions: [
    { Name: 'TableName', Value: { Ref: id } },
    { Name: 'Operation', Value: operation },
  ],
});
