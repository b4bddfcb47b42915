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
  return byMessage(notes).flatMap(([consumer, deliveries]) => {
    const last = Math.max(...deliveries.map(({ receiveCount }) => receiveCount));
    const earlier = Array.from({ length: last - 1 }, (_, index) => index + 1);
    return earlier.flatMap((count) => {
      const present = deliveries.filter(({ receiveCount }) => receiveCount === count);
      if (present.length === 0) return [`${consumer} was not handed a message that was received for it`];
      const soFar = deliveries.filter(({ receiveCount }) => receiveCount <= count);
      return present.every(isTaken) && !soFar.some(mayDisturb)
        ? [`${consumer} had not deleted a message when its visibility timeout passed`]
        : [];
    });
  });
}

/** A dead letter that nobody gave a reason and whose last receive no function saw: it expired in the poller's hands. */
export const isUnseen = (notes: readonly DeliveryNote[], maxReceiveCount: number): boolean =>
  notes.every(({ receiveCount }) => receiveCount < maxReceiveCount);

const isTaken = ({ ended }: DeliveryNote): boolean => ended !== 'failed' && ended !== 'crashed';

/**
 * The adversary gave the batch to a second hand, or stalled it: when that one fails, late, it makes a message visible again
 * that another one has.
 */
const mayDisturb = ({ invocation }: DeliveryNote): boolean =>
  invocation.early === true || invocation.isStalled === true;

function byMessage(notes: readonly DeliveryNote[]): [consumer: string, deliveries: DeliveryNote[]][] {
  const messages = new Map<string, [string, DeliveryNote[]]>();
  for (const note of notes) {
    const [, deliveries] = messages.get(note.messageId) ?? [note.consumer, []];
    messages.set(note.messageId, [note.consumer, [...deliveries, note]]);
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
