import * as z from 'zod';
import { sku } from '#api/fields.ts';
import { application } from '#application';
import type { StockView } from '#domain/inventory/view.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { httpHandler } from '#kit/http/handler.ts';
import { notFound } from '#kit/http/problem.ts';
import { readView } from '#kit/projections/read-view.ts';
import { stockKey } from '#read-model/keys.ts';

/**
 * GET /inventory/{sku}: what there is of it and what is spoken for, as far as the view has got.
 * AWS calls: one get, and the live generation (`liveGeneration`).
 */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'orders:manage',
    params: z.strictObject({ sku }),
    async handle({ params }) {
      const view = await readView<StockView>(runtime, 'stock-view', stockKey(params.sku), {
        consistent: false,
      });
      if (!view) throw notFound('This SKU has never been received or ordered.');
      const { onHand, reserved, backordered = 0, updatedAt, version } = view;
      const available = onHand - reserved;
      const body = { sku: params.sku, onHand, reserved, available, backordered, updatedAt, version };
      return { status: 200, body, headers: { etag: `"${version}"` } };
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
