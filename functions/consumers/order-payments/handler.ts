import { application } from '#application';
import { dynamoClient, sqsClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { createPolicyConsumer } from '#kit/messaging/run-policy.ts';
import { orderPayments } from './policy.ts';

export const createHandler = (runtime: Runtime) => createPolicyConsumer(runtime, orderPayments);

export const handler = createHandler(
  createRuntime(application, { dynamo: dynamoClient(), sqs: sqsClient() }),
);
