import {
  ChangeMessageVisibilityBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { chunksOf, MAX_BATCH_ENTRIES } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { allSettledOrThrow } from '#kit/messaging/keyed-mutex.ts';
import { parseLogContext } from '#kit/observability/log-context.ts';

const RECEIVERS = 5;

/** Of bodies: a fifth of the function's memory, for messages are up to 1 MiB each. */
const MAX_BYTES = 100 * 1024 * 1024;

/**
 * SQS keeps about 120,000 messages of a queue in flight (SQS developer guide, quotas). A long poll then brings nothing and no error,
 * as if the queue were empty. Less than that, since the sizes of a queue are estimates. That messages are visible tells nothing by
 * itself: for a minute, the estimate may count those that were just received.
 */
const IN_FLIGHT_LIMIT = 100_000;

export interface ReceiveOptions {
  /** At most about so many messages. */
  limit: number;
  /** Stop receiving then, ms since 1970. */
  deadline: number;
  /** How long they stay hidden unless released: longer than the function runs. */
  hideSeconds: number;
}

export interface Received {
  messages: Message[];
  /** False where a limit of ours, the one of SQS or the deadline ended it: there may be more. */
  complete: boolean;
}

/**
 * Receives all messages of a queue: hidden from others, nothing deleted. Whoever receives must `release` what
 * they do not delete; what a crash forgets comes back after `hideSeconds`. Each message is in the answer once,
 * though SQS may deliver it twice. Throws where SQS does, with everything released.
 * AWS calls: a receive for each 10 messages, and one for the sizes where nothing else ended it.
 */
export async function receiveAll(
  runtime: Runtime,
  queueUrl: string,
  { limit, deadline, hideSeconds }: ReceiveOptions,
): Promise<Received> {
  const held = new Map<string, Message>();
  let complete = true;
  let bytes = 0;
  const receive = async () => {
    for (;;) {
      if (held.size >= limit || bytes >= MAX_BYTES || runtime.now() >= deadline) {
        complete = false;
        return;
      }
      const { Messages = [] } = await runtime.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: Math.min(MAX_BATCH_ENTRIES, limit - held.size),
          VisibilityTimeout: hideSeconds,
          // Any wait at all makes SQS ask every one of its servers: then an empty answer means that nothing can be received.
          WaitTimeSeconds: 1,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['SentTimestamp'],
        }),
      );
      if (Messages.length === 0) return;
      for (const message of Messages) {
        held.set(message.MessageId ?? '', message);
        bytes += Buffer.byteLength(message.Body ?? '');
      }
    }
  };
  try {
    await allSettledOrThrow(Array.from({ length: Math.min(RECEIVERS, limit) }, receive));
    if (complete && (await isAtLimit(runtime, queueUrl))) complete = false;
  } catch (error) {
    await release(runtime, queueUrl, [...held.values()]);
    throw error;
  }
  return { messages: [...held.values()], complete };
}

async function isAtLimit(runtime: Runtime, queueUrl: string): Promise<boolean> {
  const { visible, inFlight } = await sizeOf(runtime, queueUrl);
  return visible > 0 && inFlight >= IN_FLIGHT_LIMIT;
}

/** Makes the messages visible again, at once. Where that fails they come back by themselves; so nothing is thrown. */
export async function release(
  runtime: Runtime,
  queueUrl: string,
  messages: readonly Message[],
): Promise<void> {
  await Promise.all(
    chunksOf(messages, MAX_BATCH_ENTRIES).map(async (chunk) => {
      try {
        await runtime.sqs.send(
          new ChangeMessageVisibilityBatchCommand({
            QueueUrl: queueUrl,
            Entries: chunk.map(({ ReceiptHandle }, index) => ({
              Id: String(index),
              ReceiptHandle,
              VisibilityTimeout: 0,
            })),
          }),
        );
      } catch (error) {
        for (const { Body = '' } of chunk) {
          runtime.logger.warn('not released, comes back later', {
            ...parseLogContext(Body),
            error: error as Error,
          });
        }
      }
    }),
  );
}

export interface QueueSize {
  visible: number;
  /** In flight: received and not yet visible again. */
  inFlight: number;
  /** Sent with a delay that has not passed. */
  delayed: number;
}

/** How many messages there are, as SQS estimates it. */
export async function sizeOf(runtime: Runtime, queueUrl: string): Promise<QueueSize> {
  const { Attributes } = await runtime.sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  );
  return {
    visible: Number(Attributes?.ApproximateNumberOfMessages ?? 0),
    inFlight: Number(Attributes?.ApproximateNumberOfMessagesNotVisible ?? 0),
    delayed: Number(Attributes?.ApproximateNumberOfMessagesDelayed ?? 0),
  };
}
