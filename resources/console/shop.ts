/** What the console shows of this application and no other: ways to find its streams, its demo, where its API shows what. */
import { randomBytes } from 'node:crypto';
import openApi from '#api/openapi.json' with { type: 'json' };
import { application } from '#application';
import { projections } from '#read-model/projections.ts';
import type { Run } from '#resources/local/run-file.ts';
import type { FoundStream } from './protocol.ts';
import type { Shop } from './server/shop.ts';
import type { Source } from './server/source.ts';

/** @param run the local run; absent where a deployed stage is shown, which nobody plays a demo on */
export const shopOf = (run?: Run): Shop => ({
  title: application.title,
  scopes: application.scopes,
  registry: application.registry,
  projections,
  finders: [
    {
      name: 'customer',
      label: 'Customer',
      placeholder: 'alice',
      find: async (source, customerId) => [
        ...(await streamAt(source, `customer-${customerId}`)),
        ...(await ordersOf(source, customerId)),
      ],
    },
    {
      name: 'sku',
      label: 'SKU',
      placeholder: 'TEA-01',
      find: (source, sku) => streamAt(source, `inventory-${sku}`),
    },
  ],
  views: {
    order: {
      path: '/orders/{orderId}',
      eventsPath: '/orders/{orderId}/events',
      takesAsOf: true,
      highlights: ['status', 'waitsFor', 'holds', 'paymentDueAt'],
    },
    inventory: { path: '/inventory/{sku}', highlights: ['onHand', 'reserved'] },
    customer: { path: '/customers/{customerId}', highlights: [] },
    product: { path: '/products/{sku}', highlights: ['price', 'withdrawnAt'] },
  },
  operationIdOf,
  ...(run && {
    demo: {
      label: 'Send the demo’s orders',
      async play() {
        const { playAll } = await import('#resources/cli/demo/play.ts');
        await playAll(run, randomBytes(3).toString('hex'));
      },
    },
  }),
});

function operationIdOf(method: string, path: string): string {
  const paths: Record<string, Record<string, { operationId: string }>> = openApi.paths;
  const operation = paths[path]?.[method.toLowerCase()];
  if (!operation) throw new Error(`The API has no ${method} ${path}.`);
  return operation.operationId;
}

async function streamAt(source: Source, streamId: string): Promise<FoundStream[]> {
  const last = (await source.readStream(streamId)).at(-1);
  if (!last) return [];
  return [{ streamId, eventType: last.eventType, version: last.version, at: last.metadata.timestamp }];
}

async function ordersOf(source: Source, customerId: string): Promise<FoundStream[]> {
  const { status, body } = await source.request({
    method: 'GET',
    path: `/customers/${encodeURIComponent(customerId)}/orders`,
    operationId: operationIdOf('GET', '/customers/{customerId}/orders'),
    pathParameters: { customerId },
    query: {},
    sub: 'console',
    scope: 'orders:manage',
    headers: {},
  });
  if (status !== 200) return [];
  const { orders } = body as {
    orders: { orderId: string; version: number; updatedAt: string; status: string }[];
  };
  return orders.map(({ orderId, version, updatedAt }) => ({
    streamId: `order-${orderId}`,
    version,
    at: updatedAt,
  }));
}
