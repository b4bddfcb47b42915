import { application } from '#application';
import { dynamoClient, sqsClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { createProjectionConsumer } from '#kit/projections/projection-consumer.ts';
import { rebuildSteps } from '#kit/projections/rebuild/run-step.ts';
import { reviewProjection } from '#read-model/reviews.ts';

/** Keeps fraud reviews and customs declarations, by what waits for a decision and by status. */
export const createHandler = (runtime: Runtime) =>
  createProjectionConsumer(runtime, reviewProjection, rebuildSteps(runtime, reviewProjection));

export const handler = createHandler(
  createRuntime(application, { dynamo: dynamoClient(), sqs: sqsClient() }),
);
