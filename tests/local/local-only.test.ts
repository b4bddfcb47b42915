import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createToken } from '#resources/cli/jwt.ts';
import { npmStart, type Started } from '#tests/support/npm-start.ts';

const page = 'https://evil.example';
const app = 'https://shop.example';

let system: Started;
beforeAll(async () => {
  system = await npmStart({ APP_ORIGINS: app });
}, 150_000);
afterAll(() => system?.stop(), 30_000);

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

/** A request with any Host and Origin; `fetch` would not let one choose them. */
function send(url: string, method: string, headers: Record<string, string>, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, async (response) => {
      const text = (await response.toArray()).join('');
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

const invocation = () =>
  `${system.run.lambdaUrl}/2015-03-31/functions/${system.run.functions.health?.name}/invocations`;
const listTables = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': 'DynamoDB_20120810.ListTables',
  authorization:
    'AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=x',
  'x-amz-date': '20260101T000000Z',
};
const listTopics = { 'content-type': 'application/x-www-form-urlencoded' };

describe('npm start is for this machine only', () => {
  test.each([
    ['the API', () => `${system.run.httpUrl}/health`, 'GET', {}, ''],
    ['the Lambda port', invocation, 'POST', {}, '{}'],
    ['SNS and SQS', () => `${system.run.emulators.sqs}/`, 'POST', listTopics, 'Action=ListTopics'],
    ['DynamoDB', () => `${system.run.emulators.dynamodb}/`, 'POST', listTables, '{}'],
  ] as const)("%s refuses a name that is not this machine's", async (_, url, method, headers, body) => {
    const { port } = new URL(url());
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      `127.0.0.1.evil.example:${port}`,
      `127.0.0.2:${port}`,
    ]) {
      const { status, body: text } = await send(url(), method, { ...headers, host }, body);
      expect({ host, status }).toEqual({ host, status: 403 });
      expect(JSON.parse(text).message).toContain('is not this machine');
    }
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`]) {
      const { status } = await send(url(), method, { ...headers, host }, body);
      expect({ host, status }).toEqual({ host, status: 200 });
    }
  });

  test.each([
    ['the Lambda port', invocation, {}, '{}'],
    ['SNS and SQS', () => `${system.run.emulators.sqs}/`, listTopics, 'Action=ListTopics'],
    ['DynamoDB', () => `${system.run.emulators.dynamodb}/`, listTables, '{}'],
  ] as const)('%s refuses every web page', async (_, url, headers, body) => {
    for (const origin of [page, app, 'null', 'http://localhost:3000', system.run.httpUrl]) {
      for (const method of ['POST', 'OPTIONS']) {
        const { status, headers: answered } = await send(
          url(),
          method,
          { ...headers, origin },
          method === 'POST' ? body : '',
        );
        expect({ origin, method, status }).toEqual({ origin, method, status: 403 });
        expect(answered).not.toHaveProperty('access-control-allow-origin');
      }
    }
  });

  test('the API names the origins of APP_ORIGINS in its responses, and no other', async () => {
    const token = await createToken({ sub: 'ada', scope: 'orders:manage' });
    const preflight = {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    };
    for (const path of ['/health', '/orders?status=pending', '/nowhere', '/']) {
      const headers = { authorization: `Bearer ${token}` };
      const allowed = await send(`${system.run.httpUrl}${path}`, 'GET', { ...headers, origin: app });
      const other = await send(`${system.run.httpUrl}${path}`, 'GET', { ...headers, origin: page });
      expect({ path, status: other.status }).toEqual({ path, status: allowed.status });
      expect({ path, origin: allowed.headers['access-control-allow-origin'] }).toEqual({ path, origin: app });
      expect(Object.keys(other.headers).filter((name) => name === 'access-control-allow-origin')).toEqual([]);
    }
    const asked = (origin: string) =>
      send(`${system.run.httpUrl}/orders`, 'OPTIONS', { ...preflight, origin });
    expect((await asked(app)).headers).toMatchObject({ 'access-control-allow-origin': app });
    expect((await asked(page)).headers).not.toHaveProperty('access-control-allow-origin');
    expect((await asked('null')).headers).not.toHaveProperty('access-control-allow-origin');
  });
});

test('/ leads to the console', async () => {
  const { status, headers } = await send(`${system.run.httpUrl}/`, 'GET', {});
  expect({ status, location: headers.location }).toEqual({ status: 302, location: '/console' });
  expect((await send(`${system.run.httpUrl}/console`, 'GET', {})).status).toBe(200);
});

describe('a body is passed on as it came', () => {
  const order = {
    items: [{ sku: 'GIFT-WRAP', quantity: 1 }],
    shippingAddress: { line1: '1 Main Street', city: 'Springfield', postalCode: '12345', country: 'US' },
  };
  const post = async (body: string) => {
    const authorization = `Bearer ${await createToken({ sub: 'ada' })}`;
    const headers = { authorization, 'content-type': 'application/json' };
    return (await send(`${system.run.httpUrl}/orders`, 'POST', headers, body)).status;
  };

  test.each([
    ['a text that is JSON', JSON.stringify(JSON.stringify(order))],
    ['a text that is a text that is JSON', JSON.stringify(JSON.stringify(JSON.stringify(order)))],
    ['a text', '"order"'],
    ['an empty text', '""'],
    ['a number', '0'],
    ['a boolean', 'false'],
    ['null', 'null'],
    ['a list', '[]'],
  ])('%s is no order', async (_, body) => {
    expect(await post(body)).toBe(422);
  });

  test('nor is what is no JSON', async () => {
    expect(await post('{"items":')).toBe(400);
    expect(await post(JSON.stringify(order))).toBe(201);
  });
});
