import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort, isListening } from '#resources/local/emulators/free-port.ts';
import { runFilePath } from '#resources/local/run-file.ts';
import { eventually } from '#tests/support/eventually.ts';
import { npmStart, type Started } from '#tests/support/npm-start.ts';
import { root, run } from '#tests/support/scripts.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'data-'));
const sls = join(root, 'node_modules/.bin/sls');
const manage =
  'orders:manage catalogue:manage payments:write inventory:write reviews:decide customs:decide audit:read';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const patient = { timeoutMs: 30_000 };

/** Of a product that is always available: nothing but the order changes. */
const order = {
  items: [{ sku: 'GIFT-WRAP', quantity: 1 }],
  shippingAddress: { line1: '1 Main Street', city: 'Springfield', postalCode: '12345', country: 'US' },
};

let system: Started;
beforeAll(async () => {
  system = await npmStart();
}, 150_000);
afterAll(async () => {
  await system?.stop();
  rmSync(dataDir, { recursive: true, force: true });
}, 30_000);

const portsOf = ({ run: { httpUrl, lambdaUrl, emulators } }: Started) =>
  [httpUrl, lambdaUrl, emulators.dynamodb, emulators.sqs].map((url) => Number(new URL(url).port));

describe('npm start', () => {
  test('prints where everything is, and a curl that works as pasted', async () => {
    const printed = system.output();
    for (const url of [
      system.run.httpUrl,
      system.run.lambdaUrl,
      system.run.emulators.dynamodb,
      system.run.emulators.sqs,
    ]) {
      expect(printed).toContain(url);
    }
    const curl = /^curl .*$/m.exec(printed)?.[0] ?? '';
    const { code, stdout } = await run('sh', ['-c', curl]);
    expect(code).toBe(0);
    expect(stdout).toContain('HTTP/1.1 201 Created');
    const { orderId } = JSON.parse(stdout.split('\r\n\r\n')[1] ?? '') as { orderId: string };
    const { status, body } = await system.request('GET', `/orders/${orderId}?minVersion=1`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ orderId, customerId: 'alice', status: 'pending', version: 1 });
  });

  test('shows each hop of an event in one line, with the correlation id', async () => {
    const { headers, body } = await system.request<{ orderId: string }>('POST', '/orders', {
      body: order,
    });
    const id = (headers.get('x-correlation-id') ?? 'none').slice(-8);
    const lines = await eventually(() => {
      const found = system
        .output()
        .split('\n')
        .filter((line) => line.includes(` ${id} `));
      const hops = ['command', 'publish', 'consumer'].map((hop) =>
        found.find((line) => line.includes(`  ${hop} `)),
      );
      return hops.every((line) => line !== undefined) && hops;
    }, patient);
    for (const line of lines) expect(line).toContain(`OrderCreated order-${body.orderId}@1`);
    expect(system.output()).not.toContain('\u001b[');
  });

  test('takes the token that `npm run -s token` prints, and no other', async () => {
    const { stdout } = await run('npm', [
      'run',
      '-s',
      'token',
      '--',
      '--sub',
      'bob',
      '--scope',
      'orders:manage',
    ]);
    const list = (authorization: string) =>
      fetch(`${system.run.httpUrl}/orders?status=pending`, { headers: { authorization } }).then(
        ({ status }) => status,
      );
    expect(await list(`Bearer ${stdout.trim()}`)).toBe(200);
    expect(await list('Bearer nonsense')).toBe(401);
    expect((await system.request('GET', '/orders', { anonymous: true })).status).toBe(401);
    expect((await system.request('GET', '/orders?status=pending')).status).toBe(403);
  });

  test('answers every body with what is wrong with it', async () => {
    for (const body of [false, 0, true, 1, [], { coupon: 1 }]) {
      const { status } = await system.request('POST', '/orders', { body });
      expect({ body, status }).toEqual({ body, status: 422 });
    }
  });

  test('has what `sls invoke local` needs', async () => {
    const { body } = await system.request<{ orderId: string }>('POST', '/orders', { body: order });
    const event = {
      routeKey: 'GET /orders/{orderId}',
      pathParameters: { orderId: body.orderId },
      queryStringParameters: { minVersion: '1' },
      headers: {},
      requestContext: {
        requestId: 'invoked',
        http: { method: 'GET', path: `/orders/${body.orderId}` },
        authorizer: { jwt: { claims: { sub: 'alice' } } },
      },
    };
    const { code, stdout } = await run(
      sls,
      ['invoke', 'local', '-f', 'get-order', '--data', JSON.stringify(event)],
      {
        env: system.env,
      },
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout.slice(stdout.indexOf('{\n')))).toMatchObject({ statusCode: 200 });
    expect(stdout).toContain(body.orderId);
  }, 60_000);

  test('counts the chain of messages that a consumer sends, as Lambda does', async () => {
    const { emulators, queues } = system.run;
    const sqs = new SQSClient({ region: emulators.region, endpoint: emulators.sqs, credentials });
    // A consumer without a batching window: what shares a batch shares its lineage.
    const { CustomsQueue, CustomsDeadLetters } = queues;
    await sqs.send(new SendMessageCommand({ QueueUrl: CustomsQueue?.url, MessageBody: 'not JSON' }));
    const [dead] = await eventually(async () => {
      const MessageSystemAttributeNames = ['All' as const];
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: CustomsDeadLetters?.url, MessageSystemAttributeNames }),
      );
      return Messages.length > 0 && Messages;
    });
    expect(dead?.Attributes?.AWSTraceHeader).toMatch(/;Lineage=1:[0-9a-f]{8}:1$/);
    sqs.destroy();
  }, 30_000);

  test('passes the smoke test that a deployment has to pass', async () => {
    const { code, stdout, stderr } = await run('npm', ['run', '-s', 'smoke'], { env: system.env });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^✓ it was cancelled, and the view has followed/m);
    expect(code).toBe(0);
  }, 60_000);

  test('says in one line when it runs already, and leaves what runs alone', async () => {
    const { code, stdout, stderr } = await run('npm', ['start'], { env: system.env });
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(/It runs already, at http:\/\/127\.0\.0\.1:\d+ \(process \d+/);
    expect((await system.request('GET', '/health')).status).toBe(200);
    expect((await system.request('POST', '/orders', { body: order })).status).toBe(201);
    expect(existsSync(runFilePath(root, Number(system.env.HTTP_PORT)))).toBe(true);
  }, 60_000);
});

test('without anything that runs, `sls invoke local` says what to do', async () => {
  const env = { HTTP_PORT: String(await freePort()) };
  const { code, stdout, stderr } = await run(sls, ['invoke', 'local', '-f', 'health', '--data', '{}'], {
    env,
  });
  expect(code).not.toBe(0);
  expect(stdout + stderr).toContain('Start it with "npm start" first.');
}, 60_000);

test('kill -9 and a restart lose nothing and count nothing twice; Ctrl-C stops all that was started', async () => {
  const env = { LOCAL_DATA_DIR: dataDir };
  const first = await npmStart(env);
  const day = new Date().toISOString().slice(0, 10);
  const placed = [];
  for (let round = 0; round < 5; round++) {
    const three = [1, 2, 3].map(() => first.request<{ orderId: string }>('POST', '/orders', { body: order }));
    placed.push(...(await Promise.all(three)));
  }
  expect(placed.map(({ status }) => status)).toEqual(placed.map(() => 201));
  const dearer = { name: 'Green tea', price: 13 };
  expect((await first.request('PUT', '/products/TEA-01', { body: dearer, scope: manage })).status).toBe(200);
  // Right after the last answer: some of the events are not published yet, some are with their consumers.
  await first.crash();
  await eventually(
    async () => !(await Promise.all(portsOf(first).map((port) => isListening(port)))).includes(true),
  );

  const second = await npmStart(env);
  try {
    const sales = await eventually(async () => {
      const { body } = await second.request<{ days: { orders: number; ordered: number }[] }>(
        'GET',
        `/sales?from=${day}&to=${new Date().toISOString().slice(0, 10)}`,
        { scope: manage },
      );
      const orders = body.days.reduce((sum, each) => sum + each.orders, 0);
      return orders >= 15 && { orders, ordered: body.days.reduce((sum, each) => sum + each.ordered, 0) };
    }, patient);
    expect(sales).toEqual({ orders: 15, ordered: 67.5 });
    for (const { body } of placed) {
      const view = await eventually(async () => {
        const answer = await second.request('GET', `/orders/${body.orderId}`);
        return answer.status === 200 && answer.body;
      }, patient);
      expect(view).toMatchObject({ orderId: body.orderId, status: 'pending', version: 1 });
    }
    // The catalogue is filled once, and what a person has changed stays.
    await eventually(async () => {
      const of = async (path: string) => (await second.request('GET', path, { scope: manage })).body;
      expect(await of('/products/TEA-01')).toMatchObject({ ...dearer, version: 2 });
      expect(await of('/inventory/TEA-01')).toMatchObject({ onHand: 1_000, version: 1 });
    }, patient);
    await expectToStop(second, 'SIGINT');
    expect(await second.ended).toBe(0);
  } finally {
    await second.stop();
  }
}, 300_000);

test('SIGTERM stops all that was started', () => expectToStop(system, 'SIGTERM'));

test('--param sets a value of the stage; when an emulator dies, all the rest stops, with an error', async () => {
  const system = await npmStart({}, ['--param', 'paymentMinutes=1']);
  const { body } = await system.request<{ orderId: string }>('POST', '/orders', { body: order });
  const view = await system.request<Record<string, string>>('GET', `/orders/${body.orderId}?minVersion=1`);
  const { createdAt, paymentDueAt } = view.body;
  expect(Date.parse(paymentDueAt ?? '') - Date.parse(createdAt ?? '')).toBeGreaterThan(59_000);
  expect(Date.parse(paymentDueAt ?? '') - Date.parse(createdAt ?? '')).toBeLessThanOrEqual(60_000);
  const pids = await childrenOf(system.run.pid);
  const fauxqs = pids.find(({ command }) => command.includes('fauxqs-process'));
  process.kill(Number(fauxqs?.pid), 'SIGKILL');
  expect(await system.ended).toBe(1);
  expect(system.output()).toContain('fauxqs ended unexpectedly; everything stops.');
  await eventually(
    async () => !(await Promise.all(portsOf(system).map((port) => isListening(port)))).includes(true),
  );
}, 150_000);

async function childrenOf(parent: number): Promise<{ pid: number; command: string }[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,args=']);
  return stdout.split('\n').flatMap((line) => {
    const [, pid, ppid, command = ''] = /^ *(\d+) +(\d+) (.*)$/.exec(line) ?? [];
    return Number(ppid) === parent ? [{ pid: Number(pid), command }] : [];
  });
}

async function expectToStop(started: Started, signal: NodeJS.Signals): Promise<void> {
  const listening = () => Promise.all(portsOf(started).map((port) => isListening(port)));
  expect(await listening()).toEqual([true, true, true, true]);
  await started.stop(signal);
  await eventually(async () => !(await listening()).includes(true));
  expect(existsSync(runFilePath(root, Number(started.env.HTTP_PORT)))).toBe(false);
}
