import {
  ChangeMessageVisibilityBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { chunksOf, MAX_BATCH_ENTRIES } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { parseLogContext } from '#kit/observability/log-context.ts';

const RECEIVERS = 5;

/** Of bodies: a fifth of the function's memory, for messages are up to 1 MiB each. */
const MAX_BYTES = 100 * 1024 * 1024;

export interface ReceiveOptions {
  /** At most about so many messages: SQS keeps 120,000 of a queue in flight. */
  limit: number;
  /** Stop receiving then, ms since 1970. */
  deadline: number;
  /** How long they stay hidden unless released: longer than the function runs. */
  hideSeconds: number;
}

export interface Received {
  messages: Message[];
  /** False where a limit or the deadline ended it: there may be more. */
  complete: boolean;
}

/**
 * Receives all messages of a queue: hidden from others, nothing deleted. Whoever receives must `release` what
 * they do not delete; what a crash forgets comes back after `hideSeconds`. Each message is in the answer once,
 * though SQS may deliver it twice. Throws where SQS does, with everything released.
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
          // Any wait at all makes SQS ask every one of its servers: then an empty answer means an empty queue.
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
  const outcomes = await Promise.allSettled(Array.from({ length: Math.min(RECEIVERS, limit) }, receive));
  const failed = outcomes.find(({ status }) => status === 'rejected');
  if (failed) {
    await release(runtime, queueUrl, [...held.values()]);
    throw (failed as PromiseRejectedResult).reason;
  }
  return { messages: [...held.values()], complete };
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
