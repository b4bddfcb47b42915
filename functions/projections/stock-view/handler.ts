import { application } from '#application';
import { dynamoClient, sqsClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { createProjectionConsumer } from '#kit/projections/projection-consumer.ts';
import { rebuildSteps } from '#kit/projections/rebuild/run-step.ts';
import { stockProjection } from '#read-model/stock-view.ts';

/** Keeps the stock of each SKU. */
export const createHandler = (runtime: Runtime) =>
  createProjectionConsumer(runtime, stockProjection, rebuildSteps(runtime, stockProjection));

export const handler = createHandler(
  createRuntime(application, { dynamo: dynamoClient(), sqs: sqsClient() }),
);
