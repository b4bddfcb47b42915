import { publishedEvents } from '#api/event-schemas.ts';
import { application } from '#application';
import type { Template } from '#resources/local/stack/template.ts';
import { type Consumer, consumersOf, eventTypesFor, topicOf } from './channels.ts';
import { Components, type JsonSchema } from './json-schema.ts';
import { deadLetterMessage, messageName, messageOf, messagesOf } from './messages.ts';

/** The AsyncAPI 3.0 document of the events: who sends and who receives what, under which filter. */
export async function asyncApiOf(template: Template, version: string) {
  const components = new Components();
  const messages = Object.fromEntries(
    publishedEvents.map((event) => [messageName(event), messageOf(event, components)]),
  );
  const consumers = await consumersOf(template);
  return {
    asyncapi: '3.0.0',
    info: { title: `${application.title} events`, version, description, license: { name: 'MIT' } },
    defaultContentType: 'application/json',
    servers: {
      sns: {
        host: 'sns.{region}.amazonaws.com',
        protocol: 'sns',
        variables: { region: { default: 'us-east-1' } },
      },
      sqs: {
        host: 'sqs.{region}.amazonaws.com',
        protocol: 'sqs',
        variables: { region: { default: 'us-east-1' } },
      },
    },
    channels: {
      events: topicChannel(topicOf(template)),
      ...Object.assign({}, ...consumers.map(queueChannels)),
    },
    operations: {
      'publish-events': {
        action: 'send',
        summary: "Publishes what the events table's stream brings: at least once, in no order.",
        channel: ref('channels', 'events'),
        messages: channelMessages('events', messagesOf(eventTypesFor({}))),
      },
      ...Object.assign({}, ...consumers.map(consumerOperations)),
    },
    components: {
      schemas: components.schemas,
      messages: { ...messages, DeadLetter: deadLetterMessage },
      parameters: {
        stage: {
          description: 'The stage of the deployment',
          default: 'dev',
          examples: ['dev', 'staging', 'prod'],
        },
      },
    },
  };
}

const description = `Every event is one message of one topic: its body is the event as it is stored, its message attributes are what subscriptions filter on. Each consumer has a queue and a subscription with a filter policy of its own; messages come raw, in no order, and possibly more than once: rely on \`version\` or \`eventId\`.

Schemas only grow: ignore fields that you do not know. An older schema version is lifted to today's by who reads it. Money is in minor units, except in the attribute \`total\`.

A message that a consumer cannot take goes to its dead letters, with the reason as attributes. Filter values that a deployment may set (\`x-parameters\`) are shown at their defaults.`;

function topicChannel({ TopicName }: Record<string, unknown>): JsonSchema {
  const name = staged(TopicName);
  return {
    address: name,
    title: 'The topic',
    servers: [ref('servers', 'sns')],
    parameters: { stage: ref('components/parameters', 'stage') },
    messages: componentMessages(messagesOf(eventTypesFor({}))),
    bindings: { sns: { name, ordering: { type: 'standard' } } },
  };
}

function queueChannels({ name, queue, deadLetters, subscription }: Consumer): Record<string, JsonSchema> {
  const { maxReceiveCount } = queue.RedrivePolicy as { maxReceiveCount: number };
  const deadLetterQueue = queueBinding(deadLetters);
  const channel = {
    servers: [ref('servers', 'sqs')],
    parameters: { stage: ref('components/parameters', 'stage') },
  };
  return {
    [name]: {
      address: staged(queue.QueueName),
      title: `The queue of ${name}`,
      ...channel,
      messages: componentMessages(messagesOf(eventTypesFor(subscription.FilterPolicy))),
      bindings: {
        sqs: {
          queue: {
            ...queueBinding(queue),
            redrivePolicy: {
              deadLetterQueue: { name: deadLetterQueue.name },
              maxReceiveCount: Number(maxReceiveCount),
            },
          },
          deadLetterQueue,
          bindingVersion: '0.2.0',
        },
      },
    },
    [`${name}-dead-letters`]: {
      address: staged(deadLetters.QueueName),
      title: `The dead letters of ${name}`,
      ...channel,
      messages: componentMessages(['DeadLetter']),
      bindings: { sqs: { queue: deadLetterQueue, bindingVersion: '0.2.0' } },
    },
  };
}

function consumerOperations({
  name,
  description,
  queue,
  deadLetters,
  subscription,
  batchSize,
  parameters,
}: Consumer) {
  const { FilterPolicy, FilterPolicyScope, RawMessageDelivery } = subscription;
  return {
    [name]: {
      action: 'receive',
      summary: description,
      channel: ref('channels', 'events'),
      messages: channelMessages('events', messagesOf(eventTypesFor(FilterPolicy))),
      bindings: {
        sns: {
          consumers: [
            {
              protocol: 'sqs',
              endpoint: { name: staged(queue.QueueName) },
              filterPolicy: inBindingsWords(FilterPolicy),
              'x-filterPolicy': FilterPolicy,
              ...(Object.keys(parameters).length > 0 && { 'x-parameters': parameters }),
              filterPolicyScope: FilterPolicyScope,
              rawMessageDelivery: RawMessageDelivery,
              redrivePolicy: { deadLetterQueue: { name: staged(deadLetters.QueueName) } },
              'x-batchSize': batchSize,
            },
          ],
        },
      },
    },
    [`${name}-dead-letters`]: {
      action: 'send',
      summary: `What ${name} cannot take: poison at once, the rest after its last try.`,
      channel: ref('channels', `${name}-dead-letters`),
      messages: channelMessages(`${name}-dead-letters`, ['DeadLetter']),
    },
  };
}

const queueBinding = ({ QueueName, VisibilityTimeout, MessageRetentionPeriod }: Record<string, unknown>) => ({
  name: staged(QueueName),
  fifoQueue: false,
  ...(VisibilityTimeout !== undefined && { visibilityTimeout: Number(VisibilityTimeout) }),
  messageRetentionPeriod: Number(MessageRetentionPeriod),
});

/** The binding's schema knows a constraint as an object, where SNS wants it in a list: `x-filterPolicy` has SNS's own. */
const inBindingsWords = (policy: Record<string, unknown[]>) =>
  Object.fromEntries(
    Object.entries(policy).map(([name, values]) => [
      name,
      values.every((value) => typeof value === 'string') ? values : values[0],
    ]),
  );

/** `orderstream-dev-sales` → `orderstream-{stage}-sales` */
const staged = (name: unknown): string => String(name).replace(/^([a-z]+)-dev-/, '$1-{stage}-');

const ref = (kind: string, name: string): JsonSchema => ({ $ref: `#/${kind}/${name}` });

const componentMessages = (names: string[]): JsonSchema =>
  Object.fromEntries(names.map((name) => [name, ref('components/messages', name)]));

const channelMessages = (channel: string, names: string[]): JsonSchema[] =>
  names.map((name) => ref(`channels/${channel}/messages`, name));
