import { application } from '#application';
import { dynamoClient, sqsClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { createPolicyConsumer } from '#kit/messaging/run-policy.ts';
import { orderHolds } from './policy.ts';

export const createHandler = (runtime: Runtime) => createPolicyConsumer(runtime, orderHolds);

export const handler = createHandler(
  createRuntime(application, { dynamo: dynamoClient(), sqs: sqsClient() }),
);
