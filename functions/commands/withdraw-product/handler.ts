import * as z from 'zod';
import * as fields from '#api/fields.ts';
import { productResponse } from '#api/product-dto.ts';
import { application } from '#application';
import { productAggregate } from '#domain/product.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { commandMetadata } from '#kit/http/command-metadata.ts';
import { httpHandler } from '#kit/http/handler.ts';

/** POST /products/{sku}/withdraw. Orders that have the product keep it; no further order takes it. */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'catalogue:manage',
    params: z.strictObject({ sku: fields.sku }),
    body: z.strictObject({}),
    async handle(request) {
      const { sku } = request.params;
      const result = await handleCommand(runtime, productAggregate, {
        aggregateId: sku,
        command: { type: 'withdraw', sku },
        metadata: commandMetadata(runtime, 'withdraw-product', request),
        expectedVersions: request.ifMatch,
      });
      return productResponse(result);
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
