import * as z from 'zod';
import { chunksOf, MAX_BATCH_ENTRIES } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { parseLogContext } from '#kit/observability/log-context.ts';
import { queuesOf } from '#kit/operations/consumer-queues.ts';
import { type Group, groupByCause } from '#kit/operations/group-by-cause.ts';
import { checkInput } from '#kit/operations/input.ts';
import { deleteTaken } from './delete-taken.ts';
import { type Brief, briefOf, type Taken, withSelected } from './select-dead-letters.ts';

const DELETE_MS = 10_000;

const input = z.strictObject({
  discard: z.literal(true),
  consumer: z.string(),
  /** One cause at a time: a queue is never emptied by mistake. */
  fingerprint: z.string(),
  /** Says what would be done, and does nothing. */
  dryRun: z.boolean().default(true),
  /** As the chunk before answered it. */
  continuationToken: z.strictObject({ before: z.int() }).optional(),
});

export interface Discarded {
  consumer: string;
  dryRun: boolean;
  /** Of this cause, at the start of this chunk. */
  matched: number;
  /** Of other causes, or younger than the start: they stay. */
  kept: number;
  /**
   * False where the queue is too long for one look: `matched` and `kept` are of what was looked at. With no `continuationToken`, and
   * not in a dry run: SQS gives no more at this moment; the rest can be had when the others come back, in three minutes.
   */
  complete: boolean;
  /** What is deleted; in a dry run, what would be. */
  discarded: Brief[];
  /** Of `discarded` by cause. */
  groups: Group[];
  /** SQS would not delete them: they stay. */
  notDeleted: string[];
  /** Present where there is more to do: invoke again with it. */
  continuationToken?: { before: number };
}

/**
 * Deletes a consumer's dead letters of one cause for good, unless it is a dry run, which is the default. What came after
 * the start stays. Each deletion is a log line. Throws InvalidOperation, and what SQS throws on receive.
 */
export async function discard(runtime: Runtime, given: unknown): Promise<Discarded> {
  const { consumer, fingerprint, dryRun, continuationToken } = checkInput(input, given);
  const { deadLetters } = queuesOf(runtime, consumer);
  const before = continuationToken?.before ?? runtime.now();
  const selection = { consumer, deadLetters, fingerprint, before, dryRun };
  const { matched, kept, complete, more, outcome } = await withSelected<Outcome>(
    runtime,
    selection,
    async (selected) =>
      dryRun ? { gone: [], shown: selected, notDeleted: [] } : deleteAll(runtime, deadLetters, selected),
  );
  const { shown, notDeleted } = outcome;
  runtime.logger.info('discard', { consumer, fingerprint, dryRun, matched, discarded: shown.length });
  return {
    consumer,
    dryRun,
    matched,
    kept,
    complete,
    discarded: shown.map(briefOf),
    groups: groupByCause(shown.map(({ letter }) => letter)),
    notDeleted: notDeleted.map(({ letter }) => letter.messageId),
    ...(more && { continuationToken: { before } }),
  };
}

interface Outcome {
  /** Deleted. */
  gone: readonly Taken[];
  /** Deleted; in a dry run, what would be. */
  shown: readonly Taken[];
  notDeleted: readonly Taken[];
}

async function deleteAll(runtime: Runtime, from: string, selected: readonly Taken[]): Promise<Outcome> {
  const deadline = runtime.now() + DELETE_MS;
  const gone: Taken[] = [];
  const notDeleted: Taken[] = [];
  for (const chunk of chunksOf(selected, MAX_BATCH_ENTRIES)) {
    if (runtime.now() >= deadline) break;
    const left = new Set(await deleteTaken(runtime, from, chunk));
    for (const taken of chunk) {
      if (left.has(taken)) {
        notDeleted.push(taken);
        continue;
      }
      gone.push(taken);
      const { consumer, fingerprint } = taken.letter;
      const about = parseLogContext(taken.message.Body ?? '');
      runtime.logger.warn('discarded', { hop: 'discard', consumer, ...about, fingerprint });
    }
  }
  return { gone, shown: gone, notDeleted };
}
