import { application } from '#application';
import { dynamoClient, sqsClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { type Ticked, tick } from '#kit/deadlines/tick.ts';

/** Every minute by itself, or `sls invoke -f deadline-tick`: sends what falls due to the consumer `deadlines`; see `tick`. */
export const createHandler = (runtime: Runtime) => async (): Promise<Ticked> => {
  try {
    return await tick(runtime);
  } finally {
    runtime.metrics.flush();
  }
};

export const handler = createHandler(
  createRuntime(application, { dynamo: dynamoClient(), sqs: sqsClient() }),
);
