import { createRuntime, type Runtime } from '../../../shared/config/runtime.ts';
import { toMinor } from '../../../shared/domain/money.ts';
import { createConsumer } from '../../../shared/messaging/consume.ts';
import { each } from '../../../shared/messaging/handle.ts';
import { fraudReviewKey } from '../../../shared/read-model/keys.ts';
import { listingKeys } from '../../../shared/read-model/listing.ts';
import { putOnce } from '../../../shared/read-model/put-once.ts';
import { openReview } from './review.ts';

/** Opens a review of each order of high value, once. AWS calls: one conditional put a message. */
export const createHandler = (runtime: Runtime) =>
  createConsumer(
    runtime,
    each(async (event) => {
      if (event.eventType !== 'OrderCreated') return;
      const review = openReview(event, {
        highValueThreshold: toMinor(runtime.setting('HIGH_VALUE_THRESHOLD'), event.data.currency),
        homeCountry: runtime.setting('HOME_COUNTRY'),
      });
      const { orderId, createdAt } = review;
      await putOnce(runtime, {
        ...fraudReviewKey(orderId),
        ...listingKeys('FRAUD_REVIEWS', createdAt, orderId),
        ...review,
      });
    }),
  );

export const handler = createHandler(createRuntime());
