import * as z from 'zod';
import { sku } from '#api/fields.ts';
import { toProductDto } from '#api/product-dto.ts';
import { application } from '#application';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { httpHandler } from '#kit/http/handler.ts';
import { cursorIn, nextCursor, pageFields } from '#kit/http/page.ts';
import { listProducts, PRODUCT_STATUSES } from '#read-model/products.ts';

/**
 * GET /products?status=&limit=&cursor=: by SKU, of one status or both.
 * AWS calls: a query for each status, and the live generation (`liveGeneration`).
 */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    query: z.strictObject({ status: z.enum(PRODUCT_STATUSES).optional(), ...pageFields(sku) }),
    async handle({ query: { status, limit, cursor } }) {
      const list = JSON.stringify(['products', status]);
      const after = cursorIn(list, cursor);
      const statuses = status ? [status] : PRODUCT_STATUSES;
      const { products, next } = await listProducts(runtime, { statuses, limit, after });
      return { status: 200, body: { products: products.map(toProductDto), ...nextCursor(list, next) } };
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
