import * as z from 'zod';
import * as fields from '#api/fields.ts';
import { paymentResponse } from '#api/payment-response.ts';
import { application } from '#application';
import { paymentAggregate } from '#domain/payment/decisions.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { commandMetadata } from '#kit/http/command-metadata.ts';
import { httpHandler } from '#kit/http/handler.ts';

/** The longest of our own: `reference:amount:reason` of a declined attempt without an id. */
const MAX_REPORT_ID = 750;

/**
 * POST /payments/{paymentId}/resolve: a person has looked at the parked reports of this id, so that nobody needs to. It
 * changes no money: what is true is reported, or refunded, before.
 */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'payments:write',
    params: z.strictObject({ paymentId: fields.paymentId }),
    body: z.strictObject({ reportId: fields.text(MAX_REPORT_ID), note: fields.note }),
    async handle(request) {
      const result = await handleCommand(runtime, paymentAggregate, {
        aggregateId: request.params.paymentId,
        command: { type: 'resolveReport', ...request.body, by: request.caller.userId },
        metadata: commandMetadata(runtime, 'resolve-payment-report', request),
        expectedVersions: request.ifMatch,
      });
      return paymentResponse(result);
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
