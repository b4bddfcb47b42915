import type { Context } from 'aws-lambda';
import { application } from '#application';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { type Emitted, emitEvent } from './emit-event.ts';

/** `sls invoke -f emit-event --data '{…}'`; see `emitEvent`. */
export const createHandler =
  (runtime: Runtime) =>
  async (input: unknown, context?: Partial<Context>): Promise<Emitted> => {
    try {
      return await emitEvent(runtime, input, context?.awsRequestId ?? runtime.newId());
    } finally {
      runtime.metrics.flush();
    }
  };

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
