import { SendMessageBatchCommand, type SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import { MAX_BATCH_ENTRIES } from '#kit/aws/chunks.ts';
import { fullJitter } from '#kit/aws/full-jitter.ts';
import type { Runtime } from '#kit/config/runtime.ts';

const ATTEMPTS = 5;

/**
 * With these codes SQS says that it is the message that is wrong. `SenderFault` alone does not say so: a key that may not be used at this
 * moment is the sender's fault, too.
 */
const MESSAGE_FAULTS = new Set([
  'InvalidMessageContents',
  'InvalidParameterValue',
  'InvalidParameterValueException',
]);

/** The queue did not take everything. Sending all again is safe: consumers take repeats. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
}

export interface Batch<Message> {
  queueUrl: string;
  /** Asked again at each attempt: a delay may have become shorter. */
  entryOf(message: Message): Omit<SendMessageBatchRequestEntry, 'Id'>;
}

/** A message that the queue takes at no attempt. */
export interface Refused<Message> {
  message: Message;
  code: string;
  reason?: string | undefined;
}

/**
 * Sends up to ten messages, and what the queue left out again. Answers those that are wrong by themselves. Throws
 * NotSent after five attempts, or what SQS throws; some may have arrived then.
 * AWS calls: one SendMessageBatch an attempt.
 */
export async function sendBatch<Message>(
  runtime: Runtime,
  { queueUrl, entryOf }: Batch<Message>,
  messages: readonly Message[],
): Promise<Refused<Message>[]> {
  if (messages.length > MAX_BATCH_ENTRIES) throw new Error(`${messages.length} messages in one batch`);
  const refused: Refused<Message>[] = [];
  let waiting = messages;
  for (let attempt = 1; waiting.length > 0; attempt++) {
    if (attempt > ATTEMPTS) throw notTaken(queueUrl, waiting.length);
    if (attempt > 1) await fullJitter(runtime, attempt, { baseMs: 100, maxMs: 2_000 });
    const { Failed = [] } = await runtime.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: waiting.map((message, index) => ({ Id: String(index), ...entryOf(message) })),
      }),
    );
    const failed = new Map(Failed.map((entry) => [Number(entry.Id), entry]));
    waiting = waiting.filter((message, index) => {
      const { SenderFault, Code = '', Message: reason } = failed.get(index) ?? {};
      const isRefused = SenderFault && MESSAGE_FAULTS.has(Code);
      if (isRefused) refused.push({ message, code: Code, reason });
      return failed.has(index) && !isRefused;
    });
  }
  return refused;
}

/** As `sendBatch`; throws NotSent as well where a message is refused. */
export async function sendWholeBatch<Message>(
  runtime: Runtime,
  batch: Batch<Message>,
  messages: readonly Message[],
): Promise<void> {
  const refused = await sendBatch(runtime, batch, messages);
  if (refused[0]) throw notTaken(batch.queueUrl, refused.length, refused[0].reason);
}

const notTaken = (queueUrl: string, count: number, reason?: string) =>
  new NotSent(
    `the queue ${queueUrl.split('/').at(-1)} did not take ${count} messages${reason ? `: ${reason}` : ''}`,
  );
