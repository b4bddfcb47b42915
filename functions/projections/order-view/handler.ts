import { application } from '#application';
import { dynamoClient, sqsClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { createProjectionConsumer } from '#kit/projections/projection-consumer.ts';
import { rebuildSteps } from '#kit/projections/rebuild/run-step.ts';
import { orderProjection } from '#read-model/order-view.ts';

/** Keeps the views of orders, customers and payments. */
export const createHandler = (runtime: Runtime) =>
  createProjectionConsumer(runtime, orderProjection, rebuildSteps(runtime, orderProjection));

export const handler = createHandler(
  createRuntime(application, { dynamo: dynamoClient(), sqs: sqsClient() }),
);
