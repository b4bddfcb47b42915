import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { application } from '#application';
import { snsClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { publishRecords } from './publish-records.ts';

/** Publishes what was appended to the events table; see `publishRecords`. */
export const createHandler =
  (runtime: Runtime) =>
  async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    try {
      return await publishRecords(runtime, Records);
    } finally {
      runtime.metrics.flush();
    }
  };

export const handler = createHandler(createRuntime(application, { sns: snsClient() }));
