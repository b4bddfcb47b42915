import { DeleteMessageBatchCommand } from '@aws-sdk/client-sqs';
import { fullJitter } from '#kit/aws/full-jitter.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { parseLogContext } from '#kit/observability/log-context.ts';
import type { Taken } from './select-dead-letters.ts';

const ATTEMPTS = 3;

/** Deletes up to ten messages, in three attempts; nothing is thrown. Answers with what is still there. */
export async function deleteTaken(runtime: Runtime, from: string, taken: readonly Taken[]): Promise<Taken[]> {
  let left = [...taken];
  for (let attempt = 1; left.length > 0 && attempt <= ATTEMPTS; attempt++) {
    if (attempt > 1) await fullJitter(runtime, attempt, { baseMs: 100, maxMs: 5_000 });
    try {
      const { Failed = [] } = await runtime.sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl: from,
          Entries: left.map(({ message }, index) => ({
            Id: String(index),
            ReceiptHandle: message.ReceiptHandle,
          })),
        }),
      );
      const failed = new Set(Failed.map(({ Id }) => Number(Id)));
      left = left.filter((_, index) => failed.has(index));
    } catch (error) {
      for (const { message } of left) {
        const about = parseLogContext(message.Body ?? '');
        runtime.logger.warn('dead letter not deleted', { ...about, error: error as Error });
      }
    }
  }
  return left;
}
