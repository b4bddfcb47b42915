import { application } from '#application';
import { dynamoClient, sqsClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { type ResentDue, resendDue } from '#kit/deadlines/resend-due.ts';
import { type Ticked, tick } from '#kit/deadlines/tick.ts';

/**
 * Every minute by itself, or `sls invoke -f deadline-tick`: sends what falls due to the consumer `deadlines`; see `tick`.
 * `npm run ops -- deadlines`, or `sls invoke -f deadline-tick --data '{"from": …}'`: sends it again; see `resendDue`.
 */
export const createHandler =
  (runtime: Runtime) =>
  async (input?: unknown): Promise<Ticked | ResentDue> => {
    try {
      return await (namesTime(input) ? resendDue(runtime, input) : tick(runtime));
    } finally {
      runtime.metrics.flush();
    }
  };

const namesTime = (input: unknown): boolean => typeof input === 'object' && input !== null && 'from' in input;

export const handler = createHandler(
  createRuntime(application, { dynamo: dynamoClient(), sqs: sqsClient() }),
);
