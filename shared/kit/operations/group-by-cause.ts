import type { DeadLetter } from './dead-letter.ts';

/** Dead letters of one cause. */
export interface Group {
  fingerprint: string;
  consumer: string;
  errorName: string;
  /** Of one of them. */
  errorMessage: string;
  count: number;
  /** ISO; of all of them, where it is known, else when they were sent. */
  firstFailureAt: string;
  lastFailureAt: string;
}

/** The largest group first. */
export function groupByCause(deadLetters: readonly DeadLetter[]): Group[] {
  const groups = new Map<string, Group>();
  for (const { fingerprint, consumer, errorName, errorMessage, ...letter } of deadLetters) {
    const first = letter.firstFailureAt ?? letter.sentAt;
    const last = letter.lastFailureAt ?? letter.sentAt;
    const key = `${consumer} ${fingerprint}`;
    const group = groups.get(key);
    if (group) {
      group.count += 1;
      if (first < group.firstFailureAt) group.firstFailureAt = first;
      if (last > group.lastFailureAt) group.lastFailureAt = last;
    } else {
      const times = { firstFailureAt: first, lastFailureAt: last };
      groups.set(key, { fingerprint, consumer, errorName, errorMessage, count: 1, ...times });
    }
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || (a.fingerprint < b.fingerprint ? -1 : 1));
}
