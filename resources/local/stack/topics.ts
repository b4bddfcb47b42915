import { type AwsApi, AwsApiError, xmlValue } from '#resources/local/emulators/aws-api.ts';

export interface SubscriptionProperties {
  TopicArn: string;
  Protocol: string;
  Endpoint: string;
  FilterPolicy?: unknown;
  FilterPolicyScope?: string;
  RawMessageDelivery?: boolean | string;
  RedrivePolicy?: unknown;
}

const attributeNames = ['FilterPolicy', 'FilterPolicyScope', 'RawMessageDelivery', 'RedrivePolicy'] as const;

/** Creates the topic, or takes a kept one. */
export async function createTopic(
  api: AwsApi,
  name: string,
  properties: Record<string, unknown>,
): Promise<void> {
  const fifo = String(properties.FifoTopic) === 'true';
  await api.sns('CreateTopic', {
    Name: name,
    ...(fifo ? { 'Attributes.entry.1.key': 'FifoTopic', 'Attributes.entry.1.value': 'true' } : {}),
  });
}

/**
 * Subscribes a queue, or brings a kept subscription to the attributes of the template: a filter policy that
 * was removed is emptied, not left behind.
 * One by email or SMS is left out: from here nobody is written to.
 * @throws Error for any other protocol than sqs, which fauxqs does not deliver to
 */
export async function subscribe(api: AwsApi, properties: SubscriptionProperties): Promise<void> {
  const { TopicArn, Protocol, Endpoint } = properties;
  if (['email', 'email-json', 'sms'].includes(Protocol)) return;
  if (Protocol !== 'sqs') {
    throw new Error(`The local run delivers to SQS only, and ${TopicArn} has a subscription by ${Protocol}`);
  }
  const attributes = subscriptionAttributes(properties);
  try {
    await api.sns('Subscribe', { TopicArn, Protocol, Endpoint, ...entries(attributes) });
  } catch (error) {
    const kept = error instanceof AwsApiError && (await findSubscription(api, TopicArn, Endpoint));
    if (!kept) throw error;
    const defaults = {
      FilterPolicy: '{}',
      FilterPolicyScope: 'MessageAttributes',
      RawMessageDelivery: 'false',
    };
    for (const [name, value] of Object.entries({ ...defaults, ...attributes })) {
      await api.sns('SetSubscriptionAttributes', {
        SubscriptionArn: kept,
        AttributeName: name,
        AttributeValue: value,
      });
    }
  }
}

function subscriptionAttributes(properties: SubscriptionProperties): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const name of attributeNames) {
    const value = properties[name];
    if (value !== undefined)
      attributes[name] = typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
  return attributes;
}

function entries(attributes: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([key, value], index) => [
      [`Attributes.entry.${index + 1}.key`, key],
      [`Attributes.entry.${index + 1}.value`, value],
    ]),
  );
}

async function findSubscription(
  api: AwsApi,
  topicArn: string,
  endpoint: string,
): Promise<string | undefined> {
  const xml = await api.sns('ListSubscriptionsByTopic', { TopicArn: topicArn });
  for (const [, member = ''] of xml.matchAll(/<member>(.*?)<\/member>/gs)) {
    if (xmlValue(member, 'Endpoint') === endpoint) return xmlValue(member, 'SubscriptionArn');
  }
  return undefined;
}
