import { application } from '#application';
import { dynamoClient, sqsClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { type RebuildStatus, rebuild } from './rebuild.ts';

/** `npm run ops -- rebuild`, or `sls invoke -f rebuild --data '{…}'`; see `rebuild`. */
export const createHandler =
  (runtime: Runtime) =>
  (input: unknown): Promise<RebuildStatus> =>
    rebuild(runtime, input);

export const handler = createHandler(
  createRuntime(application, { dynamo: dynamoClient(), sqs: sqsClient() }),
);
