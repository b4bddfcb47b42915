import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Description, Graph, Payloads } from '../protocol.ts';
import { createApi } from './api.ts';
import { type AssetName, createAssets, indexHtml, pagePolicy } from './assets.ts';
import { reasonToRefusePage, STAGE_HEADER } from './guard.ts';
import type { Journal } from './journal.ts';
import { createLiveFeed } from './live.ts';
import type { Shop } from './shop.ts';
import type { Source } from './source.ts';

export interface ConsoleOptions {
  source: Source;
  shop: Shop;
  graph: Graph;
  journal: Journal;
  payloads: Payloads;
  /** How often the queues are looked at. */
  queuesEveryMs: number;
}

export interface Console {
  /** Whether this request is for the console. */
  takes(request: IncomingMessage): boolean;
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Ends the connections of the pages. */
  stop(): void;
}

const PATH = '/console';
const LARGEST_BODY_BYTES = 1024 * 1024;

/** The console's server, for whatever HTTP server it is put into. It keeps nothing but what the journal keeps. */
export function createConsole(options: ConsoleOptions): Console {
  const { source, shop, graph, journal, payloads } = options;
  const token = randomBytes(24).toString('base64url');
  const assets = createAssets();
  const live = createLiveFeed(journal, source, options.queuesEveryMs);
  const api = createApi({ source, shop, journal, payloads, description: describe(options) });

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refused = reasonToRefusePage(request, token);
    if (refused) return send(response, 403, { message: refused });
    const url = new URL(request.url ?? '/', 'http://console');
    const path = url.pathname.slice(PATH.length);
    if (path === '/console.js' || path === '/console.css') {
      return sendAsset(request, response, path.slice(1) as AssetName);
    }
    if (path === '/api/live') return live.connect(request, response);
    if (path.startsWith('/api/')) {
      const { status, body } = await api({
        method: request.method ?? 'GET',
        path: path.slice('/api/'.length),
        query: url.searchParams,
        body: await readBody(request),
        typedStage: String(request.headers[STAGE_HEADER] ?? ''),
      });
      return send(response, status, body);
    }
    response
      .writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': pagePolicy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      })
      .end(indexHtml(shop.title, token));
  }

  async function sendAsset(
    request: IncomingMessage,
    response: ServerResponse,
    name: AssetName,
  ): Promise<void> {
    const { body, type, etag } = await assets.get(name);
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end();
    response
      .writeHead(200, {
        'content-type': type,
        'cache-control': 'no-cache',
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        etag,
      })
      .end(body);
  }

  return {
    takes: ({ url = '' }) => url === PATH || url.startsWith(`${PATH}/`) || url.startsWith(`${PATH}?`),
    handle(request, response) {
      respond(request, response).catch((error: Error) => {
        if (response.headersSent) response.destroy();
        else send(response, 500, { message: error.message });
      });
    },
    stop: () => live.stop(),
  };

  function describe({ source, shop }: ConsoleOptions): Description {
    const { registry } = shop;
    return {
      title: shop.title,
      stage: source.stage,
      isLocal: source.isLocal,
      payloads,
      ...(source.httpUrl && { httpUrl: source.httpUrl }),
      graph,
      consumers: graph.nodes.filter(({ kind }) => kind === 'consumer').map(({ label }) => label),
      eventTypes: registry.eventTypes.map((name) => ({
        name,
        aggregateType: registry.aggregateTypeOf(name),
        schemaVersion: registry.currentSchemaVersion(name),
      })),
      aggregateTypes: [...registry.aggregateTypes],
      projections: shop.projections.map(({ name }) => name),
      scopes: [...shop.scopes],
      finders: shop.finders.map(({ name, label, placeholder }) => ({ name, label, placeholder })),
      ...(shop.demo && { demo: shop.demo.label }),
    };
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    })
    .end(JSON.stringify(body ?? null));
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  if (request.method === 'GET' || request.method === 'HEAD') return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LARGEST_BODY_BYTES) throw new Error('The request is too large.');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? undefined : JSON.parse(text);
}
