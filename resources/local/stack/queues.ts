import { type AwsApi, AwsApiError } from '#resources/local/emulators/aws-api.ts';

const attributeNames = [
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'DelaySeconds',
  'FifoQueue',
  'FifoThroughputLimit',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'RedriveAllowPolicy',
  'RedrivePolicy',
  'VisibilityTimeout',
];

/** Creates the queue, or brings a kept one to the attributes of the template; its messages stay. */
export async function createQueue(
  api: AwsApi,
  name: string,
  url: string,
  properties: Record<string, unknown>,
): Promise<void> {
  const attributes = queueAttributes(properties);
  try {
    await api.sqs('GetQueueUrl', { QueueName: name });
  } catch (error) {
    if (!(error instanceof AwsApiError) || !error.code.includes('QueueDoesNotExist')) throw error;
    await api.sqs('CreateQueue', { QueueName: name, Attributes: attributes });
    return;
  }
  const { FifoQueue: _, ...settable } = attributes;
  if (Object.keys(settable).length > 0) {
    await api.sqs('SetQueueAttributes', { QueueUrl: url, Attributes: settable });
  }
}

function queueAttributes(properties: Record<string, unknown>): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const name of attributeNames) {
    const value = properties[name];
    if (value !== undefined)
      attributes[name] = typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
  return attributes;
}
