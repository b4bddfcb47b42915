import { setTimeout as pause } from 'node:timers/promises';

export interface SmokeTest {
  /** Of the API. */
  url: string;
  /** A bearer token that the API takes; undefined = no order is placed. */
  token: string | undefined;
  /** Everything that the test sets off carries it, and it keeps one run from being a repeat of another. */
  correlationId: string;
  /** How long a view may take to follow. Default 60 s. */
  patienceMs?: number;
  /** Hears of each step that went well. */
  say: (step: string) => void;
}

/** The deployment does not do what it should; the message says what was asked, and what came. */
export class SmokeTestFailed extends Error {
  override readonly name = 'SmokeTestFailed';
}

/**
 * Whether a deployment works, seen from outside: it answers, it is closed, and an order goes the whole path (command,
 * table, stream, topic, queue, projection, query) and is cancelled again the same way. It leaves one cancelled order of the
 * token's subject. Throws SmokeTestFailed at the first step that fails.
 */
export async function smokeTest({ say, ...test }: SmokeTest): Promise<void> {
  await call(test, 'GET', '/health', 200);
  say('GET /health answers');
  await call({ ...test, token: undefined }, 'GET', '/orders', 401);
  say('without a token there is nothing to see');
  if (test.token === undefined) return;

  await findProduct(test);
  const key = { 'idempotency-key': test.correlationId };
  const { orderId } = await call<{ orderId: string }>(test, 'POST', '/orders', 201, order, key);
  say(`an order was placed: ${orderId}`);
  const again = await call<{ orderId: string }>(test, 'POST', '/orders', 201, order, key);
  if (again.orderId !== orderId)
    throw new SmokeTestFailed(`its repeat became another order, ${again.orderId}`);
  say('its repeat was answered as the first time');

  const { customerId } = await call<{ customerId: string }>(test, 'GET', `/orders/${orderId}`, 200);
  // Only the projection fills this list: an order in it has gone the whole path.
  const listed = `/customers/${encodeURIComponent(customerId)}/orders`;
  await untilListed(test, listed, orderId, 'pending');
  say('it has gone through stream, topic and queue into the view');
  await call(test, 'POST', `/orders/${orderId}/cancel`, 200, { reason: 'smoke test' });
  await untilListed(test, listed, orderId, 'cancelled');
  say('it was cancelled, and the view has followed');
}

/** What the smoke test orders: a product that the catalogue of the stage has, without stock. */
const SKU = 'smoke-test';

const order = {
  items: [{ sku: SKU, quantity: 1 }],
  shippingAddress: { line1: '1 Main Street', city: 'Springfield', postalCode: '12345', country: 'US' },
};

type Api = Omit<SmokeTest, 'say'>;

async function call<Body>(
  { url, token, correlationId }: Api,
  method: string,
  path: string,
  expected: number,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Body> {
  const what = `${method} ${path}`;
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      'x-correlation-id': correlationId,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(35_000),
  }).catch((error: Error & { cause?: Error }) => {
    throw new SmokeTestFailed(`${what}: no answer: ${error.cause?.message ?? error.message}`);
  });
  const text = await answer.text();
  if (answer.status !== expected) {
    throw new SmokeTestFailed(`${what}: ${answer.status} instead of ${expected}: ${text}`);
  }
  try {
    return JSON.parse(text) as Body;
  } catch {
    throw new SmokeTestFailed(`${what}: answered what is no JSON: ${text}`);
  }
}

/** Throws SmokeTestFailed where the product is not listed, and says how to list it. */
async function findProduct(api: Api): Promise<void> {
  try {
    await call(api, 'GET', `/products/${SKU}`, 200);
  } catch (error) {
    if (!(error instanceof SmokeTestFailed)) throw error;
    const body = JSON.stringify({ name: 'Smoke test', price: 1, tracked: false });
    throw new SmokeTestFailed(
      `${error.message}\nList the product that it orders, once: PUT /products/${SKU} ${body} with catalogue:manage`,
    );
  }
}

async function untilListed(api: Api, path: string, orderId: string, status: string): Promise<void> {
  const { patienceMs = 60_000 } = api;
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const { orders } = await call<{ orders: { orderId: string; status: string }[] }>(api, 'GET', path, 200);
    const seen = orders.find((one) => one.orderId === orderId)?.status;
    if (seen === status) return;
    if (Date.now() >= deadline) {
      throw new SmokeTestFailed(
        `GET ${path}: after ${patienceMs / 1_000} s the order is ${seen ?? 'not there'} instead of ${status}`,
      );
    }
    await pause(Math.min(1_000, patienceMs / 10));
  }
}
