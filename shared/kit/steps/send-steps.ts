import { chunksOf, MAX_BATCH_ENTRIES } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { MESSAGE_TYPE } from '#kit/events/message-attributes.ts';
import { sendWholeBatch } from '#kit/messaging/send-batch.ts';

/**
 * AWS calls: one for each ten steps. Throws NotSent, or what SQS throws; some may have been sent then.
 *
 * @param type what the messages are (MESSAGE_TYPE)
 */
export async function sendStepMessages(
  runtime: Runtime,
  { queueUrl, type }: { queueUrl: string; type: string },
  steps: readonly object[],
  delaySeconds = 0,
): Promise<void> {
  const entryOf = (step: object) => ({
    MessageBody: JSON.stringify(step),
    MessageAttributes: { [MESSAGE_TYPE]: { DataType: 'String', StringValue: type } },
    DelaySeconds: delaySeconds,
  });
  for (const chunk of chunksOf(steps, MAX_BATCH_ENTRIES)) {
    await sendWholeBatch(runtime, { queueUrl, entryOf }, chunk);
  }
}
