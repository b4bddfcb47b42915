import * as z from 'zod';
import * as fields from '#api/fields.ts';
import { application } from '#application';
import { paymentAggregate } from '#domain/payment.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { commandMetadata } from '#kit/http/command-metadata.ts';
import { etagOf } from '#kit/http/entity-tags.ts';
import { httpHandler } from '#kit/http/handler.ts';

/** POST /payments/{paymentId}/refund. The whole amount of a captured payment, once. */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'payments:write',
    params: z.strictObject({ paymentId: fields.paymentId }),
    body: z.strictObject({ reason: fields.reason }),
    async handle(request) {
      const { paymentId } = request.params;
      const { version, state } = await handleCommand(runtime, paymentAggregate, {
        aggregateId: paymentId,
        command: { type: 'refund', reason: request.body.reason },
        metadata: commandMetadata(runtime, 'refund-payment', request),
        expectedVersions: request.ifMatch,
      });
      const orderId = state.status === 'none' ? undefined : state.orderId;
      return {
        status: 200,
        headers: { etag: etagOf(version) },
        body: { paymentId, orderId, version, status: state.status },
      };
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
