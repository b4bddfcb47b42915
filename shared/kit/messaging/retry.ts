import { ChangeMessageVisibilityBatchCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { chunksOf, MAX_BATCH_ENTRIES } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { parseLogContext } from '#kit/observability/log-context.ts';
import { backoffSeconds, waitSeconds } from './backoff.ts';
import { type Failures, isNewer, receiveCountOf } from './delivery.ts';

/** What failed knows when it is worth another try: in so many seconds. */
export class RetryLater extends Error {
  readonly seconds: number;

  constructor(message: string, seconds: number) {
    super(message);
    this.seconds = seconds;
  }
}

/** SQS hides a message for at most 12 hours after a receive (SQS API reference, ChangeMessageVisibility). */
const MAX_HIDDEN_SECONDS = 11 * 3_600;

/**
 * Sets when the failed messages come back: after their backoff instead of the queue's visibility timeout; those of newer
 * code much later, and what says when (RetryLater) then.
 * Where that fails they come back after the latter, which is late but right; so nothing is thrown.
 */
export async function delayRetries(
  runtime: Runtime,
  records: readonly SQSRecord[],
  failures: Failures,
): Promise<void> {
  const chunks = chunksOf(records, MAX_BATCH_ENTRIES);
  await Promise.all(chunks.map((chunk) => delayChunk(runtime, chunk, failures)));
}

async function delayChunk(
  runtime: Runtime,
  records: readonly SQSRecord[],
  failures: Failures,
): Promise<void> {
  const base = runtime.setting('RETRY_BASE_SECONDS');
  const secondsOf = (record: SQSRecord) => {
    const error = failures.get(record.messageId);
    if (error instanceof RetryLater) return Math.min(Math.ceil(error.seconds), MAX_HIDDEN_SECONDS);
    return (isNewer(error) ? waitSeconds : backoffSeconds)(receiveCountOf(record), base, runtime.random);
  };
  try {
    const answer = await runtime.sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: runtime.setting('QUEUE_URL'),
        Entries: records.map((record, index) => ({
          Id: String(index),
          ReceiptHandle: record.receiptHandle,
          VisibilityTimeout: secondsOf(record),
        })),
      }),
    );
    for (const { Id, Code, Message } of answer.Failed ?? []) {
      const about = parseLogContext(records[Number(Id)]?.body ?? '');
      runtime.logger.warn('backoff not set', { ...about, code: Code, reason: Message });
    }
  } catch (error) {
    for (const { body } of records) {
      runtime.logger.warn('backoff not set', { ...parseLogContext(body), error: error as Error });
    }
  }
}
