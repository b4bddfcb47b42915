import * as z from 'zod';
import * as fields from '#api/fields.ts';
import { orderResponse } from '#api/order-response.ts';
import { application } from '#application';
import { orderAggregate } from '#domain/order/decisions.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { commandMetadata } from '#kit/http/command-metadata.ts';
import { httpHandler } from '#kit/http/handler.ts';

/** POST /orders/{orderId}/ship. A paid order leaves the warehouse. */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'orders:manage',
    params: z.strictObject({ orderId: fields.orderId }),
    body: z.strictObject({ carrier: fields.text(100), trackingNumber: fields.text(100) }),
    async handle(request) {
      const result = await handleCommand(runtime, orderAggregate, {
        aggregateId: request.params.orderId,
        command: { type: 'ship', ...request.body },
        metadata: commandMetadata(runtime, 'ship-order', request),
        expectedVersions: request.ifMatch,
      });
      return orderResponse(result);
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
