import * as z from 'zod';
import { toReviewDto } from '#api/review-dto.ts';
import { application } from '#application';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { httpHandler } from '#kit/http/handler.ts';
import { cursorIn, nextCursor, pageFields, timeCursor } from '#kit/http/page.ts';
import { FRAUD_REVIEW_STATUSES, readFraudReviews } from '#read-model/reviews.ts';

/**
 * GET /fraud-reviews?status=&limit=&cursor=: the open ones oldest first; those of another status, or all, newest first.
 * AWS calls: 4 queries for the open ones, else 4 a month looked at (20 for all), and the live generation (`liveGeneration`).
 */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'orders:manage',
    query: z.strictObject({ status: z.enum(FRAUD_REVIEW_STATUSES).optional(), ...pageFields(timeCursor) }),
    async handle({ query: { status, limit, cursor } }) {
      const list = JSON.stringify(['fraud-reviews', status]);
      const page = await readFraudReviews(runtime, { status, limit, cursor: cursorIn(list, cursor) });
      return {
        status: 200,
        body: { fraudReviews: page.items.map(toReviewDto), ...nextCursor(list, page.next) },
      };
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
