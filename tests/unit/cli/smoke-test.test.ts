import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { clientToken } from '#resources/cli/client-token.ts';
import { smokeTest } from '#resources/cli/smoke-test.ts';

// A deployment that works, and everything that can be wrong with one.

type Answer = [status: number, body: unknown];
type Wrong = (route: string, request: IncomingMessage) => Answer | undefined;

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

function serve(answer: (route: string, request: IncomingMessage) => Answer): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer((request, response) => {
      request.resume().once('end', () => {
        const [status, body] = answer(`${request.method} ${request.url}`, request);
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
    });
    stops.push(() => server.close().closeAllConnections());
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  });
}

function deployment(wrong: Wrong = () => undefined): Promise<string> {
  let status = 'pending';
  return serve((route, request) => {
    const other = wrong(route, request);
    if (other) return other;
    if (route === 'GET /health') return [200, { status: 'ok' }];
    if (request.headers.authorization !== 'Bearer good') return [401, { message: 'Unauthorized' }];
    if (route === 'GET /products/smoke-test') return [200, { sku: 'smoke-test', status: 'listed' }];
    if (route === 'POST /orders') return [201, { orderId: request.headers['idempotency-key'], version: 1 }];
    if (route === 'GET /orders/smoke-1') return [200, { orderId: 'smoke-1', customerId: 'a b' }];
    if (route === 'GET /customers/a%20b/orders') return [200, { orders: [{ orderId: 'smoke-1', status }] }];
    if (route === 'POST /orders/smoke-1/cancel') {
      status = 'cancelled';
      return [200, { status }];
    }
    return [404, { title: 'not found' }];
  });
}

async function smoke(url: string, token: string | undefined = 'good') {
  const steps: string[] = [];
  const say = (step: string) => void steps.push(step);
  const failure = await smokeTest({ url, token, correlationId: 'smoke-1', patienceMs: 200, say }).then(
    () => undefined,
    (error: Error) => error,
  );
  return { steps, failure };
}

describe('The smoke test', () => {
  test('passes where an order goes the whole path, there and back', async () => {
    const { steps, failure } = await smoke(await deployment());
    expect(failure).toBeUndefined();
    expect(steps).toHaveLength(6);
  });

  test('places no order without a token', async () => {
    const seen: string[] = [];
    const url = await deployment((route) => void seen.push(route));
    const steps: string[] = [];
    await smokeTest({ url, token: undefined, correlationId: 'x', say: (step) => void steps.push(step) });
    expect(seen).toEqual(['GET /health', 'GET /orders']);
    expect(steps).toHaveLength(2);
  });

  test('lets everything that it sets off be found by one correlation id', async () => {
    const ids = new Set<unknown>();
    await smoke(await deployment((_, { headers }) => void ids.add(headers['x-correlation-id'])));
    expect([...ids]).toEqual(['smoke-1']);
  });

  test.each<[string, Wrong, RegExp]>([
    [
      'is not healthy',
      (route) => (route === 'GET /health' ? [503, 'down'] : undefined),
      /GET \/health: 503 instead of 200: down/,
    ],
    [
      'answers with a page of somebody else’s',
      (route) => (route === 'GET /health' ? [200, '<html>'] : undefined),
      /GET \/health: answered what is no JSON: <html>/,
    ],
    [
      'is open to everyone',
      (route) => (route === 'GET /orders' ? [200, { orders: [] }] : undefined),
      /GET \/orders: 200 instead of 401/,
    ],
    [
      'lacks the product that is ordered',
      (route) => (route.startsWith('GET /products') ? [404, { title: 'not found' }] : undefined),
      /GET \/products\/smoke-test: 404 .*\nList the product that it orders, once: PUT /,
    ],
    [
      'takes no orders',
      (route) => (route === 'POST /orders' ? [500, { title: 'internal error' }] : undefined),
      /POST \/orders: 500 instead of 201.*internal error/,
    ],
    [
      'places a repeat again',
      (route) => (route === 'POST /orders' ? [201, { orderId: String(Math.random()) }] : undefined),
      /its repeat became another order/,
    ],
    [
      'has a view that does not follow',
      (route) => (route.startsWith('GET /customers') ? [200, { orders: [] }] : undefined),
      /after 0\.2 s the order is not there instead of pending/,
    ],
    [
      'has a view that stands still',
      (route) =>
        route.startsWith('GET /customers')
          ? [200, { orders: [{ orderId: 'smoke-1', status: 'pending' }] }]
          : undefined,
      /the order is pending instead of cancelled/,
    ],
  ])('fails where the deployment %s', async (_, wrong, message) => {
    const { failure } = await smoke(await deployment(wrong));
    expect(failure).toMatchObject({ name: 'SmokeTestFailed', message: expect.stringMatching(message) });
  });

  test('fails where nobody answers', async () => {
    const url = await deployment();
    for (const stop of stops.splice(0)) stop();
    const { failure } = await smoke(url);
    expect(failure?.message).toMatch(/GET \/health: no answer: .*ECONNREFUSED/);
  });
});

describe('A client’s token', () => {
  test('is what the issuer gives for id and secret', async () => {
    const url = await serve((route, { headers }) => [
      200,
      { access_token: `${route} ${Buffer.from(headers.authorization?.slice(6) ?? '', 'base64')}` },
    ]);
    expect(await clientToken(`${url}/oauth2/token`, 'id', 'secret')).toBe('POST /oauth2/token id:secret');
  });

  test('is not there where the issuer refuses, and what it says is', async () => {
    const url = await serve(() => [400, { error: 'invalid_client' }]);
    await expect(clientToken(url, 'id', 'wrong')).rejects.toThrow(/no token from .*: 400 .*invalid_client/);
  });
});
