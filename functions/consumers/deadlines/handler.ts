import { application } from '#application';
import { dynamoClient, sqsClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { createDeadlineConsumer } from '#kit/deadlines/deadline-consumer.ts';

/** Fires deadlines: each due event becomes the command that its aggregate's `onDue` names. */
export const createHandler = (runtime: Runtime) => createDeadlineConsumer(runtime);

export const handler = createHandler(
  createRuntime(application, { dynamo: dynamoClient(), sqs: sqsClient() }),
);
