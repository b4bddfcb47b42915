import * as z from 'zod';
import * as fields from '#api/fields.ts';
import { application } from '#application';
import { paymentAggregate } from '#domain/payment/decisions.ts';
import { statusOf } from '#domain/payment/state.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { commandMetadata } from '#kit/http/command-metadata.ts';
import { etagOf } from '#kit/http/entity-tags.ts';
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
      const { paymentId } = request.params;
      const { version, state } = await handleCommand(runtime, paymentAggregate, {
        aggregateId: paymentId,
        command: { type: 'resolveReport', ...request.body, by: request.caller.userId },
        metadata: commandMetadata(runtime, 'resolve-payment-report', request),
        expectedVersions: request.ifMatch,
      });
      if (state.status === 'none') throw new Error(`payment ${paymentId} is not there`);
      return {
        status: 200,
        headers: { etag: etagOf(version) },
        body: { paymentId, orderId: state.orderId, version, status: statusOf(state) },
      };
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
