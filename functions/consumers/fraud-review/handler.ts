import { application, type ShopRuntime } from '#application';
import { dynamoClient, sqsClient } from '#kit/aws/clients.ts';
import { createRuntime } from '#kit/config/runtime.ts';
import { createPolicyConsumer } from '#kit/messaging/run-policy.ts';
import { policyOf } from './settings.ts';

export const createHandler = (runtime: ShopRuntime) => createPolicyConsumer(runtime, () => policyOf(runtime));

export const handler = createHandler(
  createRuntime(application, { dynamo: dynamoClient(), sqs: sqsClient() }),
);
