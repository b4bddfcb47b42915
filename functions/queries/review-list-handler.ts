import * as z from 'zod';
import { toReviewDto } from '#api/review-dto.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { type HttpLambda, httpHandler } from '#kit/http/handler.ts';
import { cursorIn, nextCursor, pageFields, timeCursor } from '#kit/http/page.ts';
import type { ListingPage } from '#read-model/listing.ts';
import type { ReviewsQuery } from '#read-model/reviews.ts';

interface ReviewList<Status extends string> {
  /** Names the list in its cursors: never change one. */
  list: string;
  /** The field of the body that holds the page. */
  field: string;
  statuses: readonly Status[];
  read: (runtime: Runtime, query: ReviewsQuery<Status>) => Promise<ListingPage>;
}

/** ?status=&limit=&cursor=: the open ones oldest first; those of another status, or all, newest first. */
export const reviewListHandler = <Status extends string>(
  runtime: Runtime,
  { list: name, field, statuses, read }: ReviewList<Status>,
): HttpLambda =>
  httpHandler(runtime, {
    scope: 'orders:manage',
    query: z.strictObject({ status: z.enum(statuses).optional(), ...pageFields(timeCursor) }),
    async handle({ query: { status, limit, cursor } }) {
      const list = JSON.stringify([name, status]);
      const page = await read(runtime, { status, limit, cursor: cursorIn(list, cursor) });
      return {
        status: 200,
        body: { [field]: page.items.map(toReviewDto), ...nextCursor(list, page.next) },
      };
    },
  });
