import { chunksOf } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { dueKeyAt } from '#kit/event-store/due-keys.ts';
import { allSettledOrThrow } from '#kit/messaging/keyed-mutex.ts';
import { partitionsOf, readDuePage } from './due-index.ts';
import type { DueEvent } from './due-message.ts';

/** Partitions that are read at the same time. */
export const PARTITIONS = 16;

/** Where a walk goes on. */
export interface DueCursor {
  /** The first partition that is not at its end, and the last key that was read of those from there on. */
  partition: string;
  after: Record<string, string>;
}

export interface DueRound {
  events: DueEvent[];
  /** Absent at the end. */
  next?: DueCursor;
}

/**
 * What stands in the minutes of a time in the index and falls due before its end, in rounds: a page of each of 16 partitions.
 * Goes on behind `cursor`. Eventually consistent. AWS calls: a query for each partition and page.
 *
 * @param range ms since 1970
 * @param pageSize events of one query
 */
export async function* walkDue(
  runtime: Runtime,
  range: { from: number; to: number },
  pageSize: number,
  cursor?: DueCursor,
): AsyncGenerator<DueRound> {
  const before = dueKeyAt(range.to);
  const partitions = partitionsOf(range.from, range.to);
  const start = Math.max(0, partitions.indexOf(cursor?.partition ?? ''));
  const blocks = chunksOf(partitions.slice(start), PARTITIONS);
  for (const [index, block] of blocks.entries()) {
    const [partition = ''] = block;
    const after: Record<string, string> = partition === cursor?.partition ? { ...cursor.after } : {};
    const isOpen = (one: string) => after[one] !== before;
    while (block.some(isOpen)) {
      const pages = await allSettledOrThrow(
        block.filter(isOpen).map(async (one) => ({
          one,
          ...(await readDuePage(runtime, one, { after: after[one], before, limit: pageSize })),
        })),
      );
      for (const { one, next } of pages) after[one] = next ?? before;
      const events = pages.flatMap((page) => page.events);
      const following = blocks[index + 1]?.[0];
      if (block.some(isOpen)) yield { events, next: { partition, after: { ...after } } };
      else yield { events, ...(following && { next: { partition: following, after: {} } }) };
    }
  }
}

/** The minute of a partition, in ms since 1970. */
export const minuteOf = (partition: string): number => Date.parse(`${partition.slice(0, 16)}Z`);
