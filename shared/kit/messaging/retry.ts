import { ChangeMessageVisibilityBatchCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import type { Runtime } from '#kit/config/runtime.ts';
import { parseLogContext } from '#kit/observability/log-context.ts';
import { backoffSeconds } from './backoff.ts';
import { receiveCountOf } from './delivery.ts';

const MAX_ENTRIES = 10;

/**
 * Sets when the failed messages come back: after their backoff instead of the queue's visibility timeout.
 * Where that fails they come back after the latter, which is late but right; so nothing is thrown.
 */
export async function delayRetries(runtime: Runtime, records: readonly SQSRecord[]): Promise<void> {
  const base = runtime.setting('RETRY_BASE_SECONDS');
  const calls: Promise<void>[] = [];
  for (let at = 0; at < records.length; at += MAX_ENTRIES) {
    calls.push(delayChunk(runtime, records.slice(at, at + MAX_ENTRIES), base));
  }
  await Promise.all(calls);
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
