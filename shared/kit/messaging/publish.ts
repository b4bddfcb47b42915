import { PublishBatchCommand } from '@aws-sdk/client-sns';
import { MAX_BATCH_ENTRIES } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import type { OutgoingMessage } from './outgoing-message.ts';

/** Of one PublishBatch (SNS API reference): bytes of all bodies and attributes together. */
const MAX_BYTES = 256 * 1024;

/**
 * Publishes to the topic, up to 10 messages a call, the calls at the same time. At least once, in no order.
 * Answers with the ids of the messages that were *not* published, whether the entry failed or its whole call.
 * Each message is one line in the log, whatever became of it.
 */
export async function publish(runtime: Runtime, messages: readonly OutgoingMessage[]): Promise<Set<string>> {
  const failed = await Promise.all(chunks(messages).map((chunk) => publishChunk(runtime, chunk)));
  const ids = new Set(failed.flat());
  runtime.metrics.count('EventsPublished', messages.length - ids.size);
  for (const { id, about } of messages) {
    if (!ids.has(id)) runtime.logger.info('published', { hop: 'publish', ...about });
  }
  if (ids.size > 0) runtime.metrics.count('PublishFailures', ids.size);
  return ids;
}

async function publishChunk(runtime: Runtime, chunk: readonly OutgoingMessage[]): Promise<string[]> {
  try {
    const answer = await runtime.sns.send(
      new PublishBatchCommand({
        TopicArn: runtime.setting('TOPIC_ARN'),
        PublishBatchRequestEntries: chunk.map(({ body, attributes }, index) => ({
          Id: String(index),
          Message: body,
          MessageAttributes: attributes,
        })),
      }),
    );
    return (answer.Failed ?? []).map(({ Id, Code, Message, SenderFault }) => {
      const message = chunk[Number(Id)];
      if (!message) throw new Error(`SNS reports an entry ${Id} that was not sent`);
      runtime.logger.warn('not published', { ...message.about, code: Code, reason: Message, SenderFault });
      return message.id;
    });
  } catch (error) {
    for (const { about } of chunk) {
      runtime.logger.warn('not published', { ...about, error: error as Error });
    }
    return chunk.map(({ id }) => id);
  }
}

function chunks(messages: readonly OutgoingMessage[]): OutgoingMessage[][] {
  const all: OutgoingMessage[][] = [];
  let current: OutgoingMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    if (current.length === MAX_BATCH_ENTRIES || (current.length > 0 && bytes + message.bytes > MAX_BYTES)) {
      all.push(current);
      current = [];
      bytes = 0;
    }
    current.push(message);
    bytes += message.bytes;
  }
  if (current.length > 0) all.push(current);
  return all;
}
