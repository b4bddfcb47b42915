import type { DeliveryNote } from './ledger.ts';

/**
 * Signs of slowness, one sentence each: what only a machine that is too slow does to a run on the emulators, where real
 * time passes. A message comes back although nothing failed, or a function is ended although nothing held it up. What the
 * checks find then says nothing about the system.
 */
export type Signs = readonly string[];

/** Each sentence once, with how often it was noted. */
export function countSigns(signs: Signs): string[] {
  const counts = new Map<string, number>();
  for (const sign of signs) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  return [...counts].map(([sign, count]) => (count === 1 ? sign : `${sign} (${count} times)`));
}

/**
 * Receives that a fast machine would not have had: the message was received again although its function took it and
 * nothing held that one up, or it was received and no function was handed it.
 */
export function expirations(notes: readonly DeliveryNote[]): string[] {
  return byMessage(notes).flatMap(([consumer, receives]) => {
    const earlier = Array.from({ length: Math.max(...receives.keys()) - 1 }, (_, index) => index + 1);
    return earlier.flatMap((count) => {
      const deliveries = receives.get(count);
      if (!deliveries) return [`${consumer} was not handed a message that was received for it`];
      return deliveries.every(isTaken)
        ? [`${consumer} had not deleted a message when its visibility timeout passed`]
        : [];
    });
  });
}

/** A dead letter that nobody gave a reason and whose last receive no function saw: it expired in the poller's hands. */
export const isUnseen = (notes: readonly DeliveryNote[], maxReceiveCount: number): boolean =>
  notes.every(({ receiveCount }) => receiveCount < maxReceiveCount);

/** What it did counts for the queue, and it had all the time that it was given. */
const isTaken = ({ ended, invocation }: DeliveryNote): boolean =>
  !invocation.isStalled && ended !== 'failed' && ended !== 'crashed';

/** By message and its receive count; the second hand of a batch that was received twice answers to nobody. */
function byMessage(
  notes: readonly DeliveryNote[],
): [consumer: string, receives: Map<number, DeliveryNote[]>][] {
  const messages = new Map<string, [string, Map<number, DeliveryNote[]>]>();
  for (const note of notes) {
    if (note.invocation.early) continue;
    const message = messages.get(note.messageId) ?? [note.consumer, new Map()];
    messages.set(note.messageId, message);
    const [, receives] = message;
    receives.set(note.receiveCount, [...(receives.get(note.receiveCount) ?? []), note]);
  }
  return [...messages.values()];
}

const EVERY_MS = 100;

/** Notes when this process does nothing for `limitMs` or longer. Answers what ends the watch. */
export function watchEventLoop(
  limitMs: number,
  note: (sign: string) => void,
  now = () => performance.now(),
): () => void {
  let last = now();
  const timer = setInterval(() => {
    const late = now() - last - EVERY_MS;
    last = now();
    if (late >= limitMs) note(`the simulation stood still for more than ${limitMs / 1_000} s`);
  }, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
