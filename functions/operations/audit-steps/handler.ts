import { application } from '#application';
import { AUDIT_STEP } from '#functions/operations/audit/lane.ts';
import { runLaneStep } from '#functions/operations/audit/run-lane.ts';
import { dynamoClient, sqsClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { createMessageConsumer } from '#kit/messaging/consume.ts';

/** Does steps of the audit: see `runLaneStep`. */
export const createHandler = (runtime: Runtime) =>
  createMessageConsumer(runtime, {
    [AUDIT_STEP]: (step, receiveCount) => runLaneStep(runtime, step, receiveCount),
  });

export const handler = createHandler(
  createRuntime(application, { dynamo: dynamoClient(), sqs: sqsClient() }),
);
