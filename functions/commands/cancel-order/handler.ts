import * as z from 'zod';
import { requireOrderOwner } from '#api/access.ts';
import * as fields from '#api/fields.ts';
import { orderResponse } from '#api/order-response.ts';
import { application } from '#application';
import { orderAggregate } from '#domain/order/decisions.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { commandMetadata } from '#kit/http/command-metadata.ts';
import { httpHandler } from '#kit/http/handler.ts';

/** POST /orders/{orderId}/cancel. One's own, or any with orders:manage; what was paid is refunded by order-payments. */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    params: z.strictObject({ orderId: fields.orderId }),
    body: z.strictObject({ reason: fields.reason }),
    async handle(request) {
      const result = await handleCommand(runtime, orderAggregate, {
        aggregateId: request.params.orderId,
        command: { type: 'cancel', reason: request.body.reason },
        metadata: commandMetadata(runtime, 'cancel-order', request),
        expectedVersions: request.ifMatch,
        authorize: requireOrderOwner(request.caller),
      });
      return orderResponse(result);
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
