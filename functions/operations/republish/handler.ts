import { application } from '#application';
import { dynamoClient, snsClient, sqsClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { type Backfilled, backfill } from './backfill.ts';
import { type Republished, republish } from './republish.ts';

/**
 * `npm run ops -- republish` and `npm run ops -- backfill`, or `sls invoke -f republish --data '{…}'`: input that names a `consumer`
 * is for `backfill`, any other for `republish`.
 */
export const createHandler =
  (runtime: Runtime) =>
  async (input: unknown): Promise<Republished | Backfilled> => {
    try {
      return await (namesConsumer(input) ? backfill : republish)(runtime, input);
    } finally {
      runtime.metrics.flush();
    }
  };

const namesConsumer = (input: unknown): boolean =>
  typeof input === 'object' && input !== null && 'consumer' in input;

export const handler = createHandler(
  createRuntime(application, { dynamo: dynamoClient(), sns: snsClient(), sqs: sqsClient() }),
);
