import type { Resource } from '#resources/local/stack/template.ts';
import { type Consumer, idsOf } from './consumer.ts';
import { policyOf } from './queues.ts';

/**
 * Delivers the messages that match the consumer's filter to its queue; those that cannot be delivered go to its dead letters.
 * None where the consumer is not subscribed.
 */
export function subscriptionOf(consumer: Consumer): Record<string, Resource> {
  if (!consumer.subscribed) return {};
  const { subscription, queue, deadLetters } = idsOf(consumer);
  return {
    [subscription]: {
      Type: 'AWS::SNS::Subscription',
      DependsOn: [policyOf(queue), policyOf(deadLetters)],
      Properties: {
        TopicArn: { Ref: 'EventsTopic' },
        Protocol: 'sqs',
        Endpoint: { 'Fn::GetAtt': [queue, 'Arn'] },
        RawMessageDelivery: true,
        FilterPolicyScope: 'MessageAttributes',
        FilterPolicy: consumer.filter,
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': [deadLetters, 'Arn'] } },
      },
    },
  };
}
