/** Entries of one batch call to SQS or SNS (their API references). */
export const MAX_BATCH_ENTRIES = 10;

/** `all` in its order, in parts of `size`; the last one may be shorter. */
export function chunksOf<T>(all: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < all.length; at += size) chunks.push(all.slice(at, at + size));
  return chunks;
}

/**
 * `all` in its order, in parts that one batch call takes: of 10 entries, and of `maxBytes` together. An entry that is larger is a part
 * of its own.
 */
export function batchesOf<T>(all: readonly T[], bytesOf: (one: T) => number, maxBytes: number): T[][] {
  const batches: T[][] = [];
  let room = 0;
  for (const one of all) {
    const bytes = bytesOf(one);
    const last = batches.at(-1);
    if (last && last.length < MAX_BATCH_ENTRIES && bytes <= room) {
      last.push(one);
      room -= bytes;
    } else {
      batches.push([one]);
      room = maxBytes - bytes;
    }
  }
  return batches;
}
