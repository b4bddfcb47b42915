import type { Message } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { Runtime } from '#kit/config/runtime.ts';
import { queuesOf } from '#kit/operations/consumer-queues.ts';
import { type DeadLetter, readDeadLetter, sentAt } from '#kit/operations/dead-letter.ts';
import { type Group, groupByCause } from '#kit/operations/group-by-cause.ts';
import { checkInput } from '#kit/operations/input.ts';
import { receiveAll, release } from '#kit/operations/receive-all.ts';
import { returnToQueue, type Taken } from './return-to-queue.ts';

/** So many are looked at, and put in order, at a time. */
const LIMIT = 10_000;
const HOLD_MS = 20_000;
const SEND_MS = 10_000;
/** Longer than the function may run. */
const HIDE_SECONDS = 180;

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
  continuation: z.strictObject({ before: z.int() }).optional(),
});

export interface Redriven {
  consumer: string;
  dryRun: boolean;
  /** Selected at the start of this chunk. */
  matched: number;
  /** Not selected: they stay. */
  kept: number;
  /** False where the queue is too long for one look: `matched` and `kept` are of what was looked at. */
  complete: boolean;
  /** What has gone back to the queue; in a dry run, what would. In this order. */
  redriven: Pick<DeadLetter, 'messageId' | 'fingerprint' | 'eventType' | 'streamId' | 'version'>[];
  /** Of `redriven` by cause. */
  groups: Group[];
  /** Of `redriven`: back in the queue, but also still here, since SQS would not delete them. */
  notDeleted: string[];
  /** Could not be sent, with those that follow them in their streams: they stay. */
  failed: { messageId: string; error: string }[];
  /** Present where there is more to do: invoke again with it. */
  continuation?: { before: number };
}

/**
 * Sends a consumer's dead letters back to its queue, and to no other: those selected, the versions of a stream in
 * order. A message is deleted here once the queue has it, so a crash leaves it in one or in both, never in
 * neither (consumers take repeats). It goes without its old reason; what it fails of next is written anew.
 * Works for half a minute at most and answers how to go on. What died after the start is left alone: a poison
 * message does not go round and round. Throws InvalidOperation, and what SQS throws on receive.
 */
export async function redrive(runtime: Runtime, given: unknown): Promise<Redriven> {
  const { consumer, fingerprint, stream, rate, dryRun, continuation } = checkInput(input, given);
  const { queue, deadLetters } = queuesOf(runtime, consumer);
  const before = continuation?.before ?? runtime.now();

  const { messages, complete } = await receiveAll(runtime, deadLetters, {
    limit: LIMIT,
    deadline: runtime.now() + HOLD_MS,
    hideSeconds: HIDE_SECONDS,
  });
  const staying = new Set<Message>(messages);
  try {
    const all = messages.map(
      (message): Taken => ({ message, letter: readDeadLetter(runtime, consumer, message) }),
    );
    const selected = all.filter(
      ({ message, letter }) =>
        sentAt(message) <= before &&
        (fingerprint === undefined || letter.fingerprint === fingerprint) &&
        (stream === undefined || letter.streams.includes(stream)),
    );
    const options = { from: deadLetters, to: queue, rate, deadline: runtime.now() + SEND_MS };
    const outcome = dryRun
      ? { sent: inOrder(selected), notDeleted: [], failed: [] }
      : await returnToQueue(runtime, inOrder(selected), options);
    if (!dryRun) for (const { message } of outcome.sent) staying.delete(message);
    const unsent = selected.length - outcome.sent.length;
    const more = !dryRun && ((unsent > 0 && outcome.sent.length > 0) || !complete);
    // In a queue too long for one look, those not selected stay hidden for a while: the next look finds others.
    if (!complete && !dryRun) {
      const chosen = new Set(selected);
      for (const taken of all) if (!chosen.has(taken)) staying.delete(taken.message);
    }
    const letters = outcome.sent.map(({ letter }) => letter);
    const kept = messages.length - selected.length;
    runtime.logger.info('redrive', { consumer, dryRun, matched: selected.length, redriven: letters.length });
    return {
      consumer,
      dryRun,
      matched: selected.length,
      kept,
      complete,
      redriven: letters.map(brief),
      groups: groupByCause(letters),
      notDeleted: outcome.notDeleted.map(({ letter }) => letter.messageId),
      failed: outcome.failed.map(({ letter, error }) => ({ messageId: letter.messageId, error })),
      ...(more && { continuation: { before } }),
    };
  } finally {
    await release(runtime, deadLetters, [...staying]);
  }
}

/** By stream and version; what has none, as poison may, comes last. */
const inOrder = (taken: readonly Taken[]): Taken[] =>
  taken.toSorted(({ letter: a }, { letter: b }) => {
    const [left, right] = [a.streamId ?? '\uffff', b.streamId ?? '\uffff'];
    if (left !== right) return left < right ? -1 : 1;
    return (a.version ?? 0) - (b.version ?? 0);
  });

function brief({ messageId, fingerprint, eventType, streamId, version }: DeadLetter) {
  return {
    messageId,
    fingerprint,
    ...(eventType !== undefined && { eventType }),
    ...(streamId !== undefined && { streamId }),
    ...(version !== undefined && { version }),
  };
}
