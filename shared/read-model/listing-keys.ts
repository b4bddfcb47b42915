import type { CustomsDeclarationStatus } from '#domain/customs-declaration.ts';
import type { FraudReviewStatus } from '#domain/fraud-review.ts';
import { shardOf } from '#kit/event-store/event-item.ts';

// Beside the reading of lists: who only writes views has these alone in its bundle.

/**
 * What can be listed, by months. `FRAUD_REVIEWS` and `CUSTOMS_DECLARATIONS` hold what was opened before reviews and
 * declarations could be decided. Reaches storage: never rename one.
 */
export type ListingKind =
  | `FRAUD_REVIEWS#${Exclude<FraudReviewStatus, 'open'>}`
  | `CUSTOMS_DECLARATIONS#${Exclude<CustomsDeclarationStatus, 'open'>}`
  | 'FRAUD_REVIEWS'
  | 'CUSTOMS_DECLARATIONS';

/** What people still have to do, of whatever month: it leaves the list when it is done. Reaches storage: never rename one. */
export type WorkList = 'FRAUD_REVIEWS#open' | 'CUSTOMS_DECLARATIONS#open' | `PAYMENTS#${string}`;

/** A kind's month, and a work list, is spread over this many partitions: its members' writes never meet in one. */
export const LISTING_SHARDS = 4;

/** The attributes with which an item stands in the index `listing`; `at` is its place in time (ISO 8601). */
export const listingKeys = (kind: ListingKind, at: string, id: string) => ({
  listPk: monthPartition(kind, at.slice(0, 7), shardOf(id, LISTING_SHARDS)),
  listSk: `${at}#${id}`,
});

/** As `listingKeys`, of what stands in a work list. */
export const workListKeys = (list: WorkList, at: string, id: string) => ({
  listPk: workListPartition(list, shardOf(id, LISTING_SHARDS)),
  listSk: `${at}#${id}`,
});

/** A shard of a kind's month. */
export const monthPartition = (kind: ListingKind, month: string, shard: number): string =>
  `${kind}#${month}#${shard}`;

/** A shard of a work list. */
export const workListPartition = (list: WorkList, shard: number): string => `${list}#${shard}`;
