import * as z from 'zod';
import * as fields from '#api/fields.ts';
import { stockResponse } from '#api/stock-dto.ts';
import { application } from '#application';
import { inventoryAggregate } from '#domain/inventory/decisions.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { commandMetadata } from '#kit/http/command-metadata.ts';
import { httpHandler } from '#kit/http/handler.ts';

/** POST /inventory/{sku}/receive. What orders wait for is reserved for them at once, oldest first. */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'inventory:write',
    params: z.strictObject({ sku: fields.sku }),
    malformedParams: 422,
    body: z.strictObject({ quantity: fields.receivedQuantity }),
    async handle(request) {
      const { sku } = request.params;
      const result = await handleCommand(runtime, inventoryAggregate, {
        aggregateId: sku,
        command: { type: 'receive', sku, quantity: request.body.quantity },
        metadata: commandMetadata(runtime, 'receive-stock', request),
        expectedVersions: request.ifMatch,
      });
      return stockResponse(result);
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
