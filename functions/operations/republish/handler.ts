import { application } from '#application';
import { dynamoClient, snsClient, sqsClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { type Republished, republish } from './republish.ts';

/** `npm run ops -- republish`, or `sls invoke -f republish --data '{…}'`; see `republish`. */
export const createHandler =
  (runtime: Runtime) =>
  async (input: unknown): Promise<Republished> => {
    try {
      return await republish(runtime, input);
    } finally {
      runtime.metrics.flush();
    }
  };

export const handler = createHandler(
  createRuntime(application, { dynamo: dynamoClient(), sns: snsClient(), sqs: sqsClient() }),
);
