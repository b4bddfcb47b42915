/** Entries of one batch call to SQS or SNS (their API references). */
export const MAX_BATCH_ENTRIES = 10;

/** `all` in its order, in parts of `size`; the last one may be shorter. */
export function chunksOf<T>(all: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < all.length; at += size) chunks.push(all.slice(at, at + size));
  return chunks;
}
