import { type Consumer, idsOf } from './consumer.ts';
import type { ConsumerSettings } from './settings.ts';

/** Seconds. */
export const functionTimeout = 20;

/** The function of each consumer, in the format of serverless.yml: with its permissions and the mapping from its queue. */
export function consumerFunctions(
  consumers: readonly Consumer[],
  settings: ConsumerSettings,
  subscriptions: unknown,
) {
  return Object.fromEntries(
    consumers.map((consumer) => [consumer.name, functionOf(consumer, settings, subscriptions)]),
  );
}

function functionOf(consumer: Consumer, settings: ConsumerSettings, subscriptions: unknown) {
  const { queue, deadLetters } = idsOf(consumer);
  const { batchSize, batchWindow, maximumConcurrency = Number.POSITIVE_INFINITY } = consumer;
  return {
    handler: consumer.handler,
    description: consumer.description,
    permissions: {
      ...consumer.permissions,
      [queue]: ['ChangeMessageVisibility', ...(consumer.permissions[queue] ?? [])],
      [deadLetters]: ['SendMessage'],
    },
    timeout: functionTimeout,
    environment: {
      CONSUMER: consumer.name,
      QUEUE_URL: { Ref: queue },
      DEAD_LETTER_QUEUE_URL: { Ref: deadLetters },
      MAX_RECEIVE_COUNT: settings.maxReceiveCount,
      RETRY_BASE_SECONDS: settings.retryBaseSeconds,
      // Whoever may send to the queues of others is told which there are, and who takes what.
      ...(consumer.permissions.SubscribedQueues && { CONSUMER_SUBSCRIPTIONS: subscriptions }),
      ...consumer.environment,
    },
    events: [
      {
        sqs: {
          arn: { 'Fn::GetAtt': [queue, 'Arn'] },
          functionResponseType: 'ReportBatchItemFailures',
          batchSize,
          ...(batchWindow !== undefined && { maximumBatchingWindow: batchWindow }),
          maximumConcurrency: Math.min(maximumConcurrency, settings.consumerConcurrency),
        },
      },
    ],
  };
}
