import * as z from 'zod';
import type { Runtime } from '#kit/config/runtime.ts';
import { queuesOf } from '#kit/operations/consumer-queues.ts';
import { type Group, groupByCause } from '#kit/operations/group-by-cause.ts';
import { checkInput } from '#kit/operations/input.ts';
import { returnToQueue } from './return-to-queue.ts';
import { type Brief, briefOf, withSelected } from './select-dead-letters.ts';

const SEND_MS = 10_000;

const input = z.strictObject({
  consumer: z.string(),
  /** Only those of this cause. */
  fingerprint: z.string().optional(),
  /** Only those of this stream (`order-0192…`), or whose event names its aggregate. */
  stream: z.string().optional(),
  /** Messages a second. */
  rate: z.int().positive().optional(),
  /** Says what would be done, and does nothing. */
  dryRun: z.boolean().default(false),
  /** As the chunk before answered it. */
  continuationToken: z.strictObject({ before: z.int() }).optional(),
});

export interface Redriven {
  consumer: string;
  dryRun: boolean;
  /** ISO; what died later is left alone. */
  startedAt: string;
  /** Selected at the start of this chunk. */
  matched: number;
  /** Not selected: they stay. */
  kept: number;
  /**
   * False where the queue is too long for one look: `matched` and `kept` are of what was looked at. With no `continuationToken`, and
   * not in a dry run: SQS gives no more at this moment; the rest can be had when the others come back, in three minutes.
   */
  complete: boolean;
  /** What has gone back to the queue; in a dry run, what would. In this order. */
  redriven: Brief[];
  /** Of `redriven` by cause. */
  groups: Group[];
  /** Of `redriven`: back in the queue, but also still here, since SQS would not delete them. */
  notDeleted: string[];
  /** Could not be sent, with those that follow them in their streams: they stay. */
  failed: { messageId: string; error: string }[];
  /** Present where there is more to do: invoke again with it. */
  continuationToken?: { before: number };
}

/**
 * Sends a consumer's dead letters back to its queue, and to no other: those selected, the versions of a stream in
 * order. A message is deleted here once the queue has it, so a crash leaves it in one or in both, never in
 * neither (consumers take repeats). It goes without its old reason; what it fails of next is written anew.
 * Works for half a minute at most and answers how to go on. What died after the start is left alone: a poison
 * message does not go round and round. Throws InvalidOperation, and what SQS throws on receive.
 */
export async function redrive(runtime: Runtime, given: unknown): Promise<Redriven> {
  const { consumer, fingerprint, stream, rate, dryRun, continuationToken } = checkInput(input, given);
  const { queue, deadLetters } = queuesOf(runtime, consumer);
  const before = continuationToken?.before ?? runtime.now();

  const selection = { consumer, deadLetters, fingerprint, stream, before, dryRun };
  const { matched, kept, complete, more, outcome } = await withSelected(
    runtime,
    selection,
    async (selected) => {
      if (dryRun) return { gone: [], sent: selected, notDeleted: [], failed: [] };
      const options = { from: deadLetters, to: queue, rate, deadline: runtime.now() + SEND_MS };
      const returned = await returnToQueue(runtime, selected, options);
      return { gone: returned.sent, ...returned };
    },
  );
  const { sent, notDeleted, failed } = outcome;
  runtime.logger.info('redrive', { consumer, dryRun, matched, redriven: sent.length });
  return {
    consumer,
    dryRun,
    startedAt: new Date(before).toISOString(),
    matched,
    kept,
    complete,
    redriven: sent.map(briefOf),
    groups: groupByCause(sent.map(({ letter }) => letter)),
    notDeleted: notDeleted.map(({ letter }) => letter.messageId),
    failed: failed.map(({ letter, error }) => ({ messageId: letter.messageId, error })),
    ...(more && { continuationToken: { before } }),
  };
}
