import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#kit/config/runtime.ts';
import { shardOf } from '#kit/event-store/event-item.ts';
import { fitting } from '#kit/http/page-bytes.ts';
import { partitionInGeneration } from '#kit/projections/keys.ts';
import { LISTING_INDEX } from './keys.ts';

/** What can be listed. Reaches storage: never rename one. */
export type ListingKind = 'FRAUD_REVIEWS' | 'CUSTOMS_DECLARATIONS';

/** A kind's month is spread over this many partitions: its members' writes never meet in one. */
const LISTING_SHARDS = 4;

/** yyyy-mm before which nothing was ever listed. */
const FIRST_MONTH = '2026-01';

/** An empty month costs a query a shard; so many at the most are looked at for one page. */
const MONTHS_PER_PAGE = 12;

/** Writers' clocks may run ahead of the reader's, also over the end of a month. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** The attributes with which an item stands in the index `listing`; `at` is its place in time (ISO 8601). */
export const listingKeys = (kind: ListingKind, at: string, id: string) => ({
  listPk: partition(kind, at.slice(0, 7), shardOf(id, LISTING_SHARDS)),
  listSk: `${at}#${id}`,
});

const partition = (kind: ListingKind, month: string, shard: number): string => `${kind}#${month}#${shard}`;

export interface ListingQuery {
  /** One or several: they are merged. */
  kinds: readonly ListingKind[];
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
 * AWS calls: 4 queries for each kind and month; more where one shard holds most of a page.
 */
export async function readListing(
  runtime: Runtime,
  { kinds, limit, before = '~', generation = 1 }: ListingQuery,
): Promise<ListingPage> {
  const items: Listed[] = [];
  let month = firstMonthOf(runtime, before);
  for (let looked = 0; month >= FIRST_MONTH; looked++) {
    if (looked === MONTHS_PER_PAGE) return pageOf(items, nextMonth(month));
    const bucket = month;
    const shards = kinds.flatMap((kind) =>
      Array.from({ length: LISTING_SHARDS }, (_, shard) =>
        partitionInGeneration(generation, partition(kind, bucket, shard)),
      ),
    );
    items.push(...(await newestOf(runtime, shards, before, limit + 1 - items.length)));
    if (items.length > limit) {
      const page = items.slice(0, limit);
      return pageOf(page, page.at(-1)?.listSk);
    }
    month = previousMonth(month);
  }
  return pageOf(items);
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

/** The newest of several partitions, merged: each is read in small pages, and only as far as the merge gets. */
async function newestOf(
  runtime: Runtime,
  partitions: readonly string[],
  before: string,
  limit: number,
): Promise<Listed[]> {
  const pageSize = Math.ceil((limit * 1.5) / partitions.length) + 1;
  const sources = partitions.map((name) => new Source(runtime, name, before, pageSize));
  const merged: Listed[] = [];
  while (merged.length < limit) {
    await Promise.all(sources.map((source) => source.fill()));
    const newest = sources.reduce((a, b) => ((b.head?.listSk ?? '') > (a.head?.listSk ?? '') ? b : a));
    const item = newest.head;
    if (!item) break;
    // An item that is just changing kinds may stand in both: the newer version counts.
    const twins = sources.flatMap((source) => (source.head?.listSk === item.listSk ? source.take() : []));
    merged.push(twins.reduce((a, b) => (Number(b.version ?? 0) > Number(a.version ?? 0) ? b : a)));
  }
  return merged;
}

/** One partition, newest first, a page ahead. */
class Source {
  readonly #runtime: Runtime;
  readonly #partition: string;
  readonly #pageSize: number;
  #before: string | undefined;
  #ahead: Listed[] = [];

  constructor(runtime: Runtime, partition: string, before: string, pageSize: number) {
    this.#runtime = runtime;
    this.#partition = partition;
    this.#before = before;
    this.#pageSize = pageSize;
  }

  get head(): Listed | undefined {
    return this.#ahead[0];
  }

  take(): Listed[] {
    return this.#ahead.splice(0, 1);
  }

  async fill(): Promise<void> {
    while (this.#ahead.length === 0 && this.#before !== undefined) {
      const { Items = [], LastEvaluatedKey } = await this.#runtime.dynamo.send(
        new QueryCommand({
          TableName: this.#runtime.setting('READ_MODEL_TABLE'),
          IndexName: LISTING_INDEX,
          KeyConditionExpression: 'listPk = :partition AND listSk < :before',
          ExpressionAttributeValues: { ':partition': this.#partition, ':before': this.#before },
          ScanIndexForward: false,
          Limit: this.#pageSize,
        }),
      );
      this.#ahead = Items as Listed[];
      this.#before = LastEvaluatedKey && String(LastEvaluatedKey.listSk);
    }
  }
}
