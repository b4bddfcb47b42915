import { application } from '#application';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { FRAUD_REVIEW_STATUSES, readFraudReviews } from '#read-model/reviews.ts';
import { reviewListHandler } from '../review-list-handler.ts';

/**
 * GET /fraud-reviews, see `reviewListHandler`. AWS calls: 4 queries for the open ones, else 4 a month looked at (20 for all), and the live
 * generation (`liveGeneration`).
 */
export const createHandler = (runtime: Runtime) =>
  reviewListHandler(runtime, {
    list: 'fraud-reviews',
    field: 'fraudReviews',
    statuses: FRAUD_REVIEW_STATUSES,
    read: readFraudReviews,
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
