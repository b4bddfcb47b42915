import { ChangeMessageVisibilityBatchCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { chunksOf, MAX_BATCH_ENTRIES } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { parseLogContext } from '#kit/observability/log-context.ts';
import { backoffSeconds } from './backoff.ts';
import { receiveCountOf } from './delivery.ts';

/**
 * Sets when the failed messages come back: after their backoff instead of the queue's visibility timeout.
 * Where that fails they come back after the latter, which is late but right; so nothing is thrown.
 */
export async function delayRetries(runtime: Runtime, records: readonly SQSRecord[]): Promise<void> {
  const base = runtime.setting('RETRY_BASE_SECONDS');
  const chunks = chunksOf(records, MAX_BATCH_ENTRIES);
  await Promise.all(chunks.map((chunk) => delayChunk(runtime, chunk, base)));
}

async function delayChunk(runtime: Runtime, records: readonly SQSRecord[], base: number): Promise<void> {
  try {
    const answer = await runtime.sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: runtime.setting('QUEUE_URL'),
        Entries: records.map((record, index) => ({
          Id: String(index),
          ReceiptHandle: record.receiptHandle,
          VisibilityTimeout: backoffSeconds(receiveCountOf(record), base, runtime.random),
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
