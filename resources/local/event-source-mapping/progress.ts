/**
 * The records of one shard that were read and are not all dealt with. Lanes finish out of order; the checkpoint
 * only moves over a prefix without a gap, so that a restart loses none.
 */
export interface Progress {
  read(sequenceNumber: string): void;
  done(sequenceNumber: string): void;
  /** Takes the finished prefix off, and answers its last sequence number; undefined when there is none. */
  advance(): string | undefined;
  unfinished(): number;
}

export function createProgress(): Progress {
  const order: string[] = [];
  const finished = new Set<string>();
  return {
    read(sequenceNumber) {
      order.push(sequenceNumber);
    },
    done(sequenceNumber) {
      finished.add(sequenceNumber);
    },
    advance() {
      let count = 0;
      let last: string | undefined;
      for (const sequenceNumber of order) {
        if (!finished.delete(sequenceNumber)) break;
        last = sequenceNumber;
        count++;
      }
      order.splice(0, count);
      return last;
    },
    unfinished: () => order.length,
  };
}
