import type { Resource } from '#resources/local/stack/template.ts';
import { type Consumer, idsOf } from './consumer.ts';
import { functionTimeout } from './functions.ts';
import type { ConsumerSettings } from './settings.ts';

/** Seconds; AWS advises a visibility timeout of six times the function's, and the batching window. */
const visibilityTimeout = ({ batchWindow = 0 }: Consumer): number => 6 * functionTimeout + batchWindow;
const DAY = 86_400;

/** A consumer's queue and dead letters, to which our topic may send where the consumer is subscribed, and no other service. */
export function queuesOf(consumer: Consumer, settings: ConsumerSettings): Record<string, Resource> {
  const { queue, deadLetters } = idsOf(consumer);
  const name = `${settings.service}-${settings.stage}-${consumer.name}`;
  const encryption = {
    SqsManagedSseEnabled: settings.queueKeyIsAwsOwned,
    KmsMasterKeyId: settings.queueKey,
  };
  return {
    [deadLetters]: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: `${name}-dead-letters`,
        // The maximum: the time that a dead letter spent in its queue counts.
        MessageRetentionPeriod: 14 * DAY,
        ...encryption,
      },
    },
    [queue]: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: name,
        VisibilityTimeout: visibilityTimeout(consumer),
        MessageRetentionPeriod: settings.queueRetentionInDays * DAY,
        RedrivePolicy: {
          deadLetterTargetArn: { 'Fn::GetAtt': [deadLetters, 'Arn'] },
          maxReceiveCount: settings.maxReceiveCount,
        },
        ...encryption,
      },
    },
    [policyOf(queue)]: queuePolicy(queue, consumer),
    [policyOf(deadLetters)]: queuePolicy(deadLetters, consumer),
  };
}

export const policyOf = (queue: string): string => `${queue}Policy`;

/** Our topic may send to the queue of a subscribed consumer, and no other service to any. Every call must use TLS. */
function queuePolicy(queue: string, { subscribed }: Consumer): Resource {
  const Resource = { 'Fn::GetAtt': [queue, 'Arn'] };
  const topicMaySend = {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource,
    Condition: { ArnEquals: { 'aws:SourceArn': { Ref: 'EventsTopic' } } },
  };
  const onlyWithTls = {
    Effect: 'Deny',
    Principal: '*',
    Action: 'sqs:*',
    Resource,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
  return {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: queue }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [...(subscribed ? [topicMaySend] : []), onlyWithTls],
      },
    },
  };
}
