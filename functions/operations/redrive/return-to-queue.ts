import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { MAX_BATCH_ENTRIES } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { parseLogContext } from '#kit/observability/log-context.ts';
import { reasonAttributes } from '#kit/operations/dead-letter.ts';
import { createRateLimiter } from '#kit/operations/rate-limiter.ts';
import { deleteTaken } from './delete-taken.ts';
import type { Taken } from './select-dead-letters.ts';

export interface Outcome {
  sent: Taken[];
  /** Of `sent`. */
  notDeleted: Taken[];
  failed: (Taken & { error: string })[];
}

export interface ReturnOptions {
  from: string;
  to: string;
  /** Messages a second. */
  rate: number | undefined;
  /** ms since 1970; what is not sent by then is not sent. */
  deadline: number;
}

/** Of one SendMessageBatch, with room for attributes (the SQS limit when this was written was four times that). */
const MAX_BYTES = 240 * 1024;

/**
 * Sends first, deletes then. A batch never holds two messages of one stream, and the next of a stream waits until
 * the one before is in the queue: where one fails, those behind it stay.
 */
export async function returnToQueue(
  runtime: Runtime,
  taken: readonly Taken[],
  { from, to, rate, deadline }: ReturnOptions,
): Promise<Outcome> {
  const outcome: Outcome = { sent: [], notDeleted: [], failed: [] };
  const rateLimiter = createRateLimiter(runtime, rate);
  const size = Math.min(MAX_BATCH_ENTRIES, rate ?? MAX_BATCH_ENTRIES);
  const streams = byStream(taken);
  while (streams.length > 0 && runtime.now() < deadline) {
    const batch = nextBatch(streams, size);
    await rateLimiter(batch.length);
    const errors = await send(runtime, to, batch);
    const sent = batch.filter((one) => !errors.has(one));
    for (const [one, error] of errors) outcome.failed.push({ ...one, error });
    outcome.sent.push(...sent);
    for (const { message, letter } of sent) {
      const { consumer, fingerprint } = letter;
      const line = { hop: 'redrive', consumer, ...parseLogContext(message.Body ?? ''), fingerprint };
      runtime.logger.info('redriven', line);
    }
    outcome.notDeleted.push(...(await deleteTaken(runtime, from, sent)));
    advance(streams, batch, errors);
  }
  return outcome;
}

/** One line a stream, its messages in the given order; a message without a stream is a line of its own. */
function byStream(taken: readonly Taken[]): Taken[][] {
  const lines = new Map<string, Taken[]>();
  for (const one of taken) {
    const key = one.letter.streamId ?? `message ${one.letter.messageId}`;
    const line = lines.get(key);
    if (line) line.push(one);
    else lines.set(key, [one]);
  }
  return [...lines.values()];
}

function nextBatch(streams: readonly Taken[][], size: number): Taken[] {
  const batch: Taken[] = [];
  let bytes = 0;
  for (const [head] of streams) {
    if (!head || batch.length === size) break;
    bytes += Buffer.byteLength(head.message.Body ?? '');
    if (batch.length > 0 && bytes > MAX_BYTES) break;
    batch.push(head);
  }
  return batch;
}

// The streams of the batch go to the end of the line; one that failed, or has no more, leaves it.
function advance(streams: Taken[][], batch: readonly Taken[], errors: ReadonlyMap<Taken, string>): void {
  for (const line of streams.splice(0, batch.length)) {
    const head = line.shift();
    if (head && !errors.has(head) && line.length > 0) streams.push(line);
  }
}

async function send(runtime: Runtime, to: string, batch: readonly Taken[]): Promise<Map<Taken, string>> {
  const errors = new Map<Taken, string>();
  try {
    const { Failed = [] } = await runtime.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: to,
        Entries: batch.map(({ message }, index) => ({
          Id: String(index),
          MessageBody: message.Body,
          MessageAttributes: Object.fromEntries(
            Object.entries(message.MessageAttributes ?? {}).filter(
              ([name]) => !reasonAttributes.includes(name),
            ),
          ),
        })),
      }),
    );
    for (const { Id, Code, Message: reason } of Failed) {
      const one = batch[Number(Id)];
      if (one) errors.set(one, `${Code}: ${reason ?? ''}`);
    }
  } catch (error) {
    // It may have been sent all the same: it stays here, and is in both.
    for (const one of batch) errors.set(one, (error as Error).message);
  }
  return errors;
}
