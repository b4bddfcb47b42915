import {
  type CustomsDeclarationStatus,
  type CustomsDeclarationView,
  customsDeclarationView,
} from '#domain/customs-declaration.ts';
import { type FraudReviewStatus, type FraudReviewView, fraudReviewView } from '#domain/fraud-review.ts';
import type { DomainEventFrom } from '#domain/index.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { liveGeneration } from '#kit/projections/generations.ts';
import type { Projection, VersionedView } from '#kit/projections/projection.ts';
import { customsDeclarationKey, fraudReviewKey } from './keys.ts';
import { type ListingPage, readListing, readWorkList } from './listing.ts';
import { type ListingKind, listingKeys, type WorkList, workListKeys } from './listing-keys.ts';

/** Found by the time at which it was opened: an open one in the work list, a decided one by its status. */
export const fraudReviews: VersionedView<FraudReviewView, DomainEventFrom<'fraud-review'>> = {
  key: fraudReviewKey,
  apply: fraudReviewView,
  indexKeys: ({ status, createdAt, orderId }) =>
    status === 'open'
      ? workListKeys('FRAUD_REVIEWS#open', createdAt, orderId)
      : listingKeys(`FRAUD_REVIEWS#${status}`, createdAt, orderId),
};

/** As the fraud reviews. */
export const customsDeclarations: VersionedView<
  CustomsDeclarationView,
  DomainEventFrom<'customs-declaration'>
> = {
  key: customsDeclarationKey,
  apply: customsDeclarationView,
  indexKeys: ({ status, createdAt, orderId }) =>
    status === 'open'
      ? workListKeys('CUSTOMS_DECLARATIONS#open', createdAt, orderId)
      : listingKeys(`CUSTOMS_DECLARATIONS#${status}`, createdAt, orderId),
};

export const reviewProjection: Projection = {
  name: 'reviews',
  views: { 'fraud-review': fraudReviews, 'customs-declaration': customsDeclarations },
};

/** Every status of a fraud review, the open ones first. */
export const FRAUD_REVIEW_STATUSES = [
  'open',
  'approved',
  'rejected',
  'closed',
] as const satisfies FraudReviewStatus[];

/** Every status of a customs declaration, the open ones first. */
export const CUSTOMS_DECLARATION_STATUSES = [
  'open',
  'cleared',
  'refused',
  'closed',
] as const satisfies CustomsDeclarationStatus[];

export interface ReviewsQuery<Status extends string> {
  status?: Status | undefined;
  limit: number;
  /** The `next` of the page before. */
  cursor?: string | undefined;
}

/** A page of fraud reviews; see `readReviews`. */
export const readFraudReviews = (
  runtime: Runtime,
  query: ReviewsQuery<(typeof FRAUD_REVIEW_STATUSES)[number]>,
): Promise<ListingPage> =>
  readReviews(runtime, query, 'FRAUD_REVIEWS#open', [
    'FRAUD_REVIEWS',
    'FRAUD_REVIEWS#approved',
    'FRAUD_REVIEWS#rejected',
    'FRAUD_REVIEWS#closed',
  ]);

/** A page of customs declarations; see `readReviews`. */
export const readCustomsDeclarations = (
  runtime: Runtime,
  query: ReviewsQuery<(typeof CUSTOMS_DECLARATION_STATUSES)[number]>,
): Promise<ListingPage> =>
  readReviews(runtime, query, 'CUSTOMS_DECLARATIONS#open', [
    'CUSTOMS_DECLARATIONS',
    'CUSTOMS_DECLARATIONS#cleared',
    'CUSTOMS_DECLARATIONS#refused',
    'CUSTOMS_DECLARATIONS#closed',
  ]);

/**
 * The open ones oldest first, those of another status or of all newest first. What an earlier release opened is in the list of all alone: it cannot be
 * decided. AWS calls: those of `readWorkList` or `readListing`, and the live generation (`liveGeneration`).
 */
async function readReviews(
  runtime: Runtime,
  { status, limit, cursor }: ReviewsQuery<string>,
  workList: WorkList,
  others: readonly ListingKind[],
): Promise<ListingPage> {
  const generation = await liveGeneration(runtime, reviewProjection.name);
  if (status === 'open') {
    return readWorkList(runtime, { lists: [workList], limit, after: cursor, generation });
  }
  const all = { kinds: others, workLists: [workList] };
  const kinds = status === undefined ? all : { kinds: others.filter((kind) => kind.endsWith(`#${status}`)) };
  return readListing(runtime, { ...kinds, limit, before: cursor, generation });
}
