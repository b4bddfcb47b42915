import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { sku } from '#api/fields.ts';
import { application } from '#application';
import type { StockView } from '#domain/inventory/view.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { httpHandler } from '#kit/http/handler.ts';
import { notFound } from '#kit/http/problem.ts';
import { liveGeneration } from '#kit/projections/generations.ts';
import { keyInGeneration, withoutStorageKeys } from '#kit/projections/keys.ts';
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
      const TableName = runtime.setting('READ_MODEL_TABLE');
      const Key = keyInGeneration(await liveGeneration(runtime, 'stock-view'), stockKey(params.sku));
      const { Item } = await runtime.dynamo.send(new GetCommand({ TableName, Key }));
      if (!Item) throw notFound('This SKU has never been received or ordered.');
      const { backordered = 0, ...view } = withoutStorageKeys<StockView>(Item);
      const { onHand, reserved, updatedAt, version } = view;
      const available = onHand - reserved;
      const body = { sku: params.sku, onHand, reserved, available, backordered, updatedAt, version };
      return { status: 200, body, headers: { etag: `"${version}"` } };
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
