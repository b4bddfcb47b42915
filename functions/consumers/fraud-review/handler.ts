import { application, type ShopRuntime } from '#application';
import type { DomainEvent } from '#domain/index.ts';
import { toMinor } from '#domain/money.ts';
import { dynamoClient, sqsClient } from '#kit/aws/clients.ts';
import { putIfAbsent } from '#kit/aws/put-if-absent.ts';
import { createRuntime } from '#kit/config/runtime.ts';
import { createConsumer } from '#kit/messaging/consume.ts';
import { each } from '#kit/messaging/handle-batch.ts';
import { fraudReviewKey } from '#read-model/keys.ts';
import { listingKeys } from '#read-model/listing.ts';
import { openReview } from './review.ts';

/** Opens a review of each order of high value, once. AWS calls: one conditional put a message. */
export const createHandler = (runtime: ShopRuntime) =>
  createConsumer(
    runtime,
    each(async (event: DomainEvent) => {
      if (event.eventType !== 'OrderCreated') return;
      const review = openReview(event, {
        highValueThreshold: toMinor(runtime.setting('HIGH_VALUE_THRESHOLD'), event.data.currency),
        homeCountry: runtime.setting('HOME_COUNTRY'),
      });
      const { orderId, createdAt } = review;
      await putIfAbsent(runtime, {
        ...fraudReviewKey(orderId),
        ...listingKeys('FRAUD_REVIEWS', createdAt, orderId),
        ...review,
      });
    }),
  );

export const handler = createHandler(
  createRuntime(application, { dynamo: dynamoClient(), sqs: sqsClient() }),
);
