import * as z from 'zod';
import { sku } from '#api/fields.ts';
import { toProductDto } from '#api/product-dto.ts';
import { application } from '#application';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { etagOf } from '#kit/http/entity-tags.ts';
import { httpHandler } from '#kit/http/handler.ts';
import { notFound } from '#kit/http/problem.ts';
import { readProduct } from '#read-model/products.ts';

/** GET /products/{sku}, as far as the view has got. AWS calls: one get, and the live generation (`liveGeneration`). */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    params: z.strictObject({ sku }),
    async handle({ params }) {
      const product = await readProduct(runtime, params.sku);
      if (!product) throw notFound('There is no such product.');
      return { status: 200, body: toProductDto(product), headers: { etag: etagOf(product.version) } };
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
