import * as z from 'zod';
import * as fields from '#api/fields.ts';
import { reviewResponse } from '#api/review-response.ts';
import { application } from '#application';
import { fraudReviewAggregate } from '#domain/fraud-review.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { commandMetadata } from '#kit/http/command-metadata.ts';
import { httpHandler } from '#kit/http/handler.ts';

/** POST /fraud-reviews/{orderId}/reject. The consumer order-holds carries the decision to the order. */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'reviews:decide',
    params: z.strictObject({ orderId: fields.orderId }),
    body: z.strictObject({ note: fields.note }),
    async handle(request) {
      const result = await handleCommand(runtime, fraudReviewAggregate, {
        aggregateId: request.params.orderId,
        command: { type: 'reject', by: request.caller.userId, note: request.body.note },
        metadata: commandMetadata(runtime, 'reject-fraud-review', request),
        expectedVersions: request.ifMatch,
      });
      return reviewResponse(result);
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
