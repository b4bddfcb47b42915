import { application } from '#application';
import { dynamoClient, sqsClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { createProjectionConsumer } from '#kit/projections/projection-consumer.ts';
import { rebuildSteps } from '#kit/projections/rebuild/run-step.ts';
import { catalogueProjection } from '#read-model/catalogue-view.ts';

/** Keeps the products. */
export const createHandler = (runtime: Runtime) =>
  createProjectionConsumer(runtime, catalogueProjection, rebuildSteps(runtime, catalogueProjection));

export const handler = createHandler(
  createRuntime(application, { dynamo: dynamoClient(), sqs: sqsClient() }),
);
