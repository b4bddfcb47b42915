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

/** POST /inventory/{sku}/adjust: corrects the books, but never to less than is reserved. */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'inventory:write',
    params: z.strictObject({ sku: fields.sku }),
    malformedParams: 422,
    body: z.strictObject({ by: fields.adjustment, reason: fields.reason }),
    async handle(request) {
      const { sku } = request.params;
      const { by, reason } = request.body;
      const result = await handleCommand(runtime, inventoryAggregate, {
        aggregateId: sku,
        command: { type: 'adjust', sku, by, reason },
        metadata: commandMetadata(runtime, 'adjust-stock', request),
        expectedVersions: request.ifMatch,
      });
      return stockResponse(result);
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
