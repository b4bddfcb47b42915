import { application, type ShopRuntime } from '#application';
import { dynamoClient, sqsClient } from '#kit/aws/clients.ts';
import { createRuntime } from '#kit/config/runtime.ts';
import { createPolicyConsumer } from '#kit/messaging/run-policy.ts';
import { fraudReview } from './policy.ts';

export const createHandler = (runtime: ShopRuntime) =>
  createPolicyConsumer(runtime, () =>
    fraudReview({
      highValueThreshold: runtime.setting('HIGH_VALUE_THRESHOLD'),
      homeCountry: runtime.setting('HOME_COUNTRY'),
      reviewHours: runtime.setting('REVIEW_HOURS'),
    }),
  );

export const handler = createHandler(
  createRuntime(application, { dynamo: dynamoClient(), sqs: sqsClient() }),
);
