import * as z from 'zod';
import * as fields from '#api/fields.ts';
import { unitPrice } from '#api/money.ts';
import { productResponse } from '#api/product-dto.ts';
import { application, type ShopRuntime } from '#application';
import { productAggregate } from '#domain/product.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { commandMetadata } from '#kit/http/command-metadata.ts';
import { httpHandler } from '#kit/http/handler.ts';

const bodyOf = (currency: () => string) =>
  z.strictObject({
    name: fields.name,
    price: unitPrice(currency),
    tracked: z.boolean().default(true),
    backorder: z.boolean().default(false),
  });

/**
 * PUT /products/{sku}, in the currency of the deployment: lists the product, changes it, or brings it back after its
 * withdrawal. What is left out has its default.
 */
export function createHandler(runtime: ShopRuntime) {
  const currencyOf = () => runtime.setting('CURRENCY');
  return httpHandler(runtime, {
    scope: 'catalogue:manage',
    params: z.strictObject({ sku: fields.sku }),
    malformedParams: 422,
    body: bodyOf(currencyOf),
    async handle(request) {
      const { sku } = request.params;
      const result = await handleCommand(runtime, productAggregate, {
        aggregateId: sku,
        command: { type: 'list', sku, currency: currencyOf(), ...request.body },
        metadata: commandMetadata(runtime, 'list-product', request),
        expectedVersions: request.ifMatch,
      });
      return productResponse(result);
    },
  });
}

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
