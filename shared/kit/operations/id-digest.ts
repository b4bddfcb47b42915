/** What tells one set of events from another: how many there are, and the exclusive or of their ids. */
export interface IdDigest {
  count: number;
  /** Hexadecimal. */
  xor: string;
}

export const noIds: IdDigest = { count: 0, xor: '0' };

/** With these (UUIDs, distinct, not in it yet) as well. In any sequence. Pure. */
export function withIds({ count, xor }: IdDigest, eventIds: readonly string[]): IdDigest {
  let bits = BigInt(`0x${xor}`);
  for (const id of eventIds) bits ^= BigInt(`0x${id.replaceAll('-', '')}`);
  return { count: count + eventIds.length, xor: bits.toString(16) };
}

export const isSameDigest = (one: IdDigest, other: IdDigest): boolean =>
  one.count === other.count && one.xor === other.xor;
