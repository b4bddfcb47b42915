import type { Resource } from '#resources/local/stack/template.ts';
import type { ResolveVariable } from '#resources/variables.ts';
import { type Consumer, idsOf, readConsumers } from './consumer.ts';
import { consumerFunctions } from './functions.ts';
import { queuesOf } from './queues.ts';
import { type ConsumerSettings, readConsumerSettings } from './settings.ts';
import { subscriptionOf } from './subscription.ts';

/**
 * Everything that is derived from the files of consumers: `functions`; `resources` (queues, dead letters and subscriptions, with
 * the names of the queues as outputs); for the operations `queues`, JSON with the queue and dead letters of each consumer, and
 * `subscriptions`, JSON with its queue and its filter policy.
 * Throws InvalidConfiguration.
 */
export async function readConsumerParts(resolveVariable: ResolveVariable) {
  const consumers = await readConsumers(resolveVariable);
  const settings = await readConsumerSettings(resolveVariable);
  return {
    functions: consumerFunctions(consumers, settings, subscriptions(consumers)),
    resources: { Resources: resourcesOf(consumers, settings), Outputs: outputsOf(consumers) },
    queues: queueUrls(consumers),
    subscriptions: subscriptions(consumers),
  };
}

const resourcesOf = (consumers: readonly Consumer[], settings: ConsumerSettings): Record<string, Resource> =>
  Object.assign(
    {},
    ...consumers.flatMap((consumer) => [queuesOf(consumer, settings), subscriptionOf(consumer)]),
  );

const outputsOf = (consumers: readonly Consumer[]) =>
  Object.fromEntries(
    consumers
      .flatMap((consumer) => [idsOf(consumer).queue, idsOf(consumer).deadLetters])
      .map((id) => [`${id}Name`, { Value: { 'Fn::GetAtt': [id, 'QueueName'] } }]),
  );

/** The environment of a function has at most 4 KB, which is enough for about 15 consumers. */
function queueUrls(consumers: readonly Consumer[]) {
  const urls = consumers.map((consumer) => {
    const { queue, deadLetters } = idsOf(consumer);
    return [consumer.name, { queue: `\${${queue}}`, deadLetters: `\${${deadLetters}}` }] as const;
  });
  return { 'Fn::Sub': JSON.stringify(Object.fromEntries(urls)) };
}

/** Without the dead letters, so that queues and filters of about 17 consumers are within the same 4 KB. */
function subscriptions(consumers: readonly Consumer[]) {
  const entries = consumers.map((consumer) => {
    const { queue } = idsOf(consumer);
    return [
      consumer.name,
      { queue: `\${${queue}}`, ...(consumer.filter && { filter: consumer.filter }) },
    ] as const;
  });
  return { 'Fn::Sub': JSON.stringify(Object.fromEntries(entries)) };
}
