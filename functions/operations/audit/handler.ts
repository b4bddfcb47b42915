import { application } from '#application';
import { dynamoClient, sqsClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { type Audited, audit } from './audit.ts';
import { checkRequest } from './input.ts';
import { auditOnSchedule } from './on-schedule.ts';
import { type Rechecked, recheck } from './recheck.ts';
import type { ScheduledAudit } from './report.ts';

/**
 * Every five minutes by itself (`auditOnSchedule`); `npm run ops -- audit`, or `sls invoke -f audit --data '{…}'`
 * (`audit`, then `recheck` at what was behind).
 */
export const createHandler =
  (runtime: Runtime) =>
  async (input: unknown): Promise<ScheduledAudit | Audited | Rechecked> => {
    try {
      const request = checkRequest(runtime.application.registry, input);
      switch (request.kind) {
        case 'scheduled':
          return await auditOnSchedule(runtime, request.inline);
        case 'again':
          return await recheck(runtime, request.events);
        case 'window':
          return await audit(runtime, request);
      }
    } finally {
      runtime.metrics.flush();
    }
  };

export const handler = createHandler(
  createRuntime(application, { dynamo: dynamoClient(), sqs: sqsClient() }),
);
