import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#kit/config/runtime.ts';
import { fitting } from '#kit/http/page-bytes.ts';
import { partitionInGeneration } from '#kit/projections/keys.ts';
import { LISTING_INDEX } from './keys.ts';
import {
  LISTING_SHARDS,
  type ListingKind,
  monthPartition,
  type WorkList,
  workListPartition,
} from './listing-keys.ts';

const SHARDS = Array.from({ length: LISTING_SHARDS }, (_, shard) => shard);

/** yyyy-mm before which nothing was ever listed. */
const FIRST_MONTH = '2026-01';

/** An empty month costs a query a shard; so many at the most are looked at for one page. */
const MONTHS_PER_PAGE = 12;

/** Writers' clocks may run ahead of the reader's, also over the end of a month. */
const CLOCK_SKEW_MS = 5 * 60_000;

export interface ListingQuery {
  /** One or several: they are merged. */
  kinds: readonly ListingKind[];
  /** Merged with them. */
  workLists?: readonly WorkList[];
  limit: number;
  /** The `next` of the page before, of whatever generation. */
  before?: string | undefined;
  /** Of the projection that lists them. */
  generation?: number;
}

export interface ListingPage {
  items: Record<string, unknown>[];
  /** Where to go on; absent at the end. A page with `next` may be short, even empty: the months looked at were. */
  next?: string;
}

type Listed = Record<string, unknown> & { listSk: string };

/**
 * A page of the listing, newest first: a month at a time, its shards (of every kind) read at once and merged.
 * The index is eventually consistent; an item that changes kinds while it is read may be missing from that
 * page, and never appears twice.
 * AWS calls: 4 queries for each kind, work list and month; more where one shard holds most of a page.
 */
export async function readListing(
  runtime: Runtime,
  { kinds, workLists = [], limit, before = '~', generation = 1 }: ListingQuery,
): Promise<ListingPage> {
  const items: Listed[] = [];
  let month = firstMonthOf(runtime, before);
  for (let looked = 0; month >= FIRST_MONTH; looked++) {
    if (looked === MONTHS_PER_PAGE) return pageOf(items, nextMonth(month));
    const bucket = month;
    const shards = SHARDS.flatMap((shard) => [
      ...kinds.map((kind) => monthPartition(kind, bucket, shard)),
      ...workLists.map((list) => workListPartition(list, shard)),
    ]).map((name) => partitionInGeneration(generation, name));
    // A work list is of all months: of each month it is read between its ends.
    const end = `${bucket}~`;
    const range = { after: bucket, before: before < end ? before : end };
    items.push(...(await mergedOf(runtime, shards, range, 'newest first', limit + 1 - items.length)));
    if (items.length > limit) {
      const page = items.slice(0, limit);
      return pageOf(page, page.at(-1)?.listSk);
    }
    month = previousMonth(month);
  }
  return pageOf(items);
}

/**
 * A page of work lists, merged, oldest first; `after` is the `next` of the page before. The index is eventually consistent.
 * AWS calls: 4 queries for each list; more where one shard holds most of a page.
 */
export async function readWorkList(
  runtime: Runtime,
  { lists, limit, after, generation = 1 }: WorkListQuery,
): Promise<ListingPage> {
  const shards = lists.flatMap((list) =>
    SHARDS.map((shard) => partitionInGeneration(generation, workListPartition(list, shard))),
  );
  const range = { after: after ?? '0', before: '~' };
  const items = await mergedOf(runtime, shards, range, 'oldest first', limit + 1);
  const page = items.slice(0, limit);
  return pageOf(page, items.length > limit ? page.at(-1)?.listSk : undefined);
}

export interface WorkListQuery {
  lists: readonly WorkList[];
  limit: number;
  after?: string | undefined;
  /** Of the projection that keeps it. */
  generation?: number;
}

/** What of these an answer can hold; where that is not all, the next page goes on after the last of it. */
function pageOf(items: readonly Listed[], next?: string): ListingPage {
  const page = fitting(items);
  const goOn = page.length < items.length ? page.at(-1)?.listSk : next;
  return goOn === undefined ? { items: page } : { items: page, next: goOn };
}

// `before` is either a whole listSk or just a month, which is itself already read then.
const firstMonthOf = (runtime: Runtime, before: string): string => {
  if (before === '~') return new Date(runtime.now() + CLOCK_SKEW_MS).toISOString().slice(0, 7);
  return before.length === 7 ? previousMonth(before) : before.slice(0, 7);
};

const previousMonth = (month: string): string => shiftMonth(month, -1);
const nextMonth = (month: string): string => shiftMonth(month, 1);

function shiftMonth(month: string, by: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + by)).toISOString().slice(0, 7);
}

type Direction = 'newest first' | 'oldest first';

/** Of `listSk`; neither end is in it. */
interface Range {
  after: string;
  before: string;
}

/** Several partitions, merged: each is read in small pages, and only as far as the merge gets. */
async function mergedOf(
  runtime: Runtime,
  partitions: readonly string[],
  range: Range,
  direction: Direction,
  limit: number,
): Promise<Listed[]> {
  const pageSize = Math.ceil((limit * 1.5) / partitions.length) + 1;
  const sources = partitions.map((name) => new Source(runtime, name, range, direction, pageSize));
  const isEarlier = (a: Listed, b: Listed) =>
    direction === 'newest first' ? a.listSk > b.listSk : a.listSk < b.listSk;
  const merged: Listed[] = [];
  while (merged.length < limit) {
    await Promise.all(sources.map((source) => source.fill()));
    const heads = sources.flatMap(({ head }) => (head ? [head] : []));
    if (heads.length === 0) break;
    const { listSk } = heads.reduce((a, b) => (isEarlier(b, a) ? b : a));
    // An item that is just changing kinds may stand in both: the newer version counts.
    const twins = sources.flatMap((source) => (source.head?.listSk === listSk ? source.take() : []));
    merged.push(twins.reduce((a, b) => (Number(b.version ?? 0) > Number(a.version ?? 0) ? b : a)));
  }
  return merged;
}

/** One partition in one direction, a page ahead. */
class Source {
  readonly #runtime: Runtime;
  readonly #partition: string;
  readonly #range: Range;
  readonly #isForward: boolean;
  readonly #pageSize: number;
  #startKey: Record<string, unknown> | undefined;
  #isAtEnd = false;
  #ahead: Listed[] = [];

  constructor(runtime: Runtime, partition: string, range: Range, direction: Direction, pageSize: number) {
    this.#runtime = runtime;
    this.#partition = partition;
    this.#range = range;
    this.#isForward = direction === 'oldest first';
    this.#pageSize = pageSize;
  }

  get head(): Listed | undefined {
    return this.#ahead[0];
  }

  take(): Listed[] {
    return this.#ahead.splice(0, 1);
  }

  async fill(): Promise<void> {
    while (this.#ahead.length === 0 && !this.#isAtEnd) {
      const { after, before } = this.#range;
      const { Items = [], LastEvaluatedKey } = await this.#runtime.dynamo.send(
        new QueryCommand({
          TableName: this.#runtime.setting('READ_MODEL_TABLE'),
          IndexName: LISTING_INDEX,
          KeyConditionExpression: 'listPk = :partition AND listSk BETWEEN :after AND :before',
          ExpressionAttributeValues: { ':partition': this.#partition, ':after': after, ':before': before },
          ScanIndexForward: this.#isForward,
          Limit: this.#pageSize,
          ExclusiveStartKey: this.#startKey,
        }),
      );
      // BETWEEN takes both ends in: they are of the page before.
      this.#ahead = (Items as Listed[]).filter(({ listSk }) => listSk !== after && listSk !== before);
      this.#startKey = LastEvaluatedKey;
      this.#isAtEnd = LastEvaluatedKey === undefined;
    }
  }
}
