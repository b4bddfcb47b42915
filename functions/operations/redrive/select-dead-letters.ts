import type { Message } from '@aws-sdk/client-sqs';
import type { Runtime } from '#kit/config/runtime.ts';
import type { DeadLetter } from '#kit/operations/dead-letter.ts';
import { readDeadLetter, sentAt } from '#kit/operations/read-dead-letter.ts';
import { receiveAll, release } from '#kit/operations/receive-all.ts';

/** So many are looked at, and put in order, at a time. */
const LIMIT = 10_000;
const HOLD_MS = 20_000;
/** Longer than the function may run. */
const HIDE_SECONDS = 180;

/** A dead letter that we hold. */
export interface Taken {
  message: Message;
  letter: DeadLetter;
}

export interface Selection {
  consumer: string;
  /** URL of its dead letter queue. */
  deadLetters: string;
  /** Only those of this cause. */
  fingerprint?: string | undefined;
  /** Only those of this stream, or whose event names its aggregate. */
  stream?: string | undefined;
  /** Only those that died up to then, ms since 1970. */
  before: number;
  dryRun: boolean;
}

export interface Selected<Outcome> {
  /** Selected, and not selected: they stay. */
  matched: number;
  kept: number;
  /** False where the queue is too long for one look. */
  complete: boolean;
  /** There is more to do now. Not where SQS gives no more messages, since too many are in flight: `complete` is false then. */
  more: boolean;
  outcome: Outcome;
}

/**
 * Receives a consumer's dead letters and hands those selected to `act`, by stream and version. What `act` does not
 * report as gone is visible again afterwards, whatever happens. Throws what SQS throws on receive, and what `act` throws.
 */
export async function withSelected<Outcome extends { gone: readonly Taken[] }>(
  runtime: Runtime,
  { consumer, deadLetters, fingerprint, stream, before, dryRun }: Selection,
  act: (selected: readonly Taken[]) => Outcome | Promise<Outcome>,
): Promise<Selected<Outcome>> {
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
    const outcome = await act(inOrder(selected));
    for (const { message } of outcome.gone) staying.delete(message);
    // In a queue too long for one look, those not selected stay hidden for a while: the next look finds others.
    if (!complete && !dryRun) {
      const chosen = new Set(selected);
      for (const taken of all) if (!chosen.has(taken)) staying.delete(taken.message);
    }
    const left = selected.length - outcome.gone.length;
    return {
      matched: selected.length,
      kept: messages.length - selected.length,
      complete,
      more: !dryRun && ((left > 0 && outcome.gone.length > 0) || (!complete && messages.length > 0)),
      outcome,
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

/** What an answer tells of a dead letter. */
export type Brief = Pick<
  DeadLetter,
  'messageId' | 'fingerprint' | 'eventType' | 'streamId' | 'version' | 'old'
>;

export const briefOf = ({ letter }: Taken): Brief => {
  const { messageId, fingerprint, eventType, streamId, version, old } = letter;
  return {
    messageId,
    fingerprint,
    ...(eventType !== undefined && { eventType }),
    ...(streamId !== undefined && { streamId }),
    ...(version !== undefined && { version }),
    ...(old && { old }),
  };
};
