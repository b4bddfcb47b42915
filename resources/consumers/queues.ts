import type { Resource } from '#resources/local/stack/template.ts';
import { type Consumer, idsOf } from './consumer.ts';
import { functionTimeout } from './functions.ts';
import type { ConsumerSettings } from './settings.ts';

/** Seconds; AWS advises a visibility timeout of six times the function's. */
const VISIBILITY_TIMEOUT = 6 * functionTimeout;
const DAY = 86_400;

/** A consumer's queue and dead letters, to which our topic may send and nobody else. */
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
        VisibilityTimeout: VISIBILITY_TIMEOUT,
        MessageRetentionPeriod: settings.queueRetentionInDays * DAY,
        RedrivePolicy: {
          deadLetterTargetArn: { 'Fn::GetAtt': [deadLetters, 'Arn'] },
          maxReceiveCount: settings.maxReceiveCount,
        },
        ...encryption,
      },
    },
    [policyOf(queue)]: topicOnly(queue),
    [policyOf(deadLetters)]: topicOnly(deadLetters),
  };
}

export const policyOf = (queue: string): string => `${queue}Policy`;

/** Our topic may send to this queue, and no other service. Every call must use TLS. */
function topicOnly(queue: string): Resource {
  return {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: queue }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'sns.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: { 'Fn::GetAtt': [queue, 'Arn'] },
            Condition: { ArnEquals: { 'aws:SourceArn': { Ref: 'EventsTopic' } } },
          },
          {
            Effect: 'Deny',
            Principal: '*',
            Action: 'sqs:*',
            Resource: { 'Fn::GetAtt': [queue, 'Arn'] },
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      },
    },
  };
}
