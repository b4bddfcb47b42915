import { v7 } from 'uuid';

/**
 * UUIDv7s that only ever grow within one process, also several in a millisecond and when the clock steps back:
 * the events of one command sort in the order in which they were decided.
 */
export function createIds(now: () => number, random: () => number = Math.random): () => string {
  let lastMs = 0;
  let seq = 0;
  return () => {
    const ms = now();
    if (ms > lastMs) {
      lastMs = ms;
      // Somewhere in the lower half of the counter, so that ids of other processes differ in these bits as well.
      seq = Math.floor(random() * 2 ** 30);
    } else {
      seq += 1;
    }
    return v7({ msecs: lastMs, seq, random: randomBytes() });
  };
}

/** Taken 256 ids at a time: a call of its own for each takes more CPU than all the rest of the id. */
const pool = new Uint8Array(256 * 16);
let used = pool.length;

function randomBytes(): Uint8Array {
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  used += 16;
  return pool.subarray(used - 16, used);
}

/** The time inside a UUIDv7, in ms since 1970. */
export const timeOf = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/** The lowest UUIDv7 of a millisecond: an inclusive lower bound, or an exclusive upper one. */
export function lowestIdAt(ms: number): string {
  const hex = Math.max(0, ms).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-000000000000`;
}
