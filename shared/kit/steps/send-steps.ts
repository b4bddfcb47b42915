import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { chunksOf, MAX_BATCH_ENTRIES } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { MESSAGE_TYPE } from '#kit/messaging/delivery.ts';

/**
 * AWS calls: one for each ten steps. Throws where the queue does not take them all; some may have been sent then.
 *
 * @param type what the messages are (MESSAGE_TYPE)
 */
export async function sendStepMessages(
  runtime: Runtime,
  { queueUrl, type }: { queueUrl: string; type: string },
  steps: readonly object[],
  delaySeconds = 0,
): Promise<void> {
  for (const chunk of chunksOf(steps, MAX_BATCH_ENTRIES)) {
    const { Failed = [] } = await runtime.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: chunk.map((one, index) => ({
          Id: String(index),
          MessageBody: JSON.stringify(one),
          MessageAttributes: { [MESSAGE_TYPE]: { DataType: 'String', StringValue: type } },
          DelaySeconds: delaySeconds,
        })),
      }),
    );
    if (Failed[0]) throw new Error(`${Failed.length} steps were not sent: ${Failed[0].Message}`);
  }
}
