import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createToken } from '#resources/cli/jwt.ts';
import { eventually } from '#tests/support/eventually.ts';
import { npmStart, type Started } from '#tests/support/npm-start.ts';
import { run } from '#tests/support/scripts.ts';

const clients = 64;
const ordersOfEach = 4;
const mostMegabytes = 1_500;

const order = {
  items: [{ sku: 'GIFT-WRAP', quantity: 1 }],
  shippingAddress: { line1: '1 Main Street', city: 'Springfield', postalCode: '12345', country: 'US' },
};

/** Memory of the run and of all that it has started, in megabytes. */
async function memoryOf({ run: { pid } }: Started): Promise<number> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,rss=']);
  const all = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number, number]);
  const pids = new Set([pid]);
  for (let before = 0; before < pids.size; ) {
    before = pids.size;
    for (const [child, parent] of all) if (pids.has(parent)) pids.add(child);
  }
  const kilobytes = all.filter(([one]) => pids.has(one)).reduce((sum, [, , rss]) => sum + rss, 0);
  return kilobytes / 1024;
}

test('64 clients at once get an answer each time, and memory stays bounded', async () => {
  const system = await npmStart();
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const authorization = `Bearer ${await createToken({ sub: 'ada', scope: 'orders:manage' })}`;
  const headers = { authorization, 'content-type': 'application/json' };

  /** The status, or the code of the error with which the connection ended. */
  const send = (method: string, path: string, body?: object) =>
    new Promise<{ status: number | string; text: string }>((resolve) => {
      const sent = request(`${system.run.httpUrl}${path}`, { agent, method, headers }, async (response) => {
        const text = (await response.toArray()).join('');
        resolve({ status: response.statusCode ?? 0, text });
      });
      sent.once('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => {
        // The server has closed a connection that was idle, and this request met it (Node.js, `request.reusedSocket`).
        if (sent.reusedSocket && code === 'ECONNRESET') resolve(send(method, path, body));
        else resolve({ status: code, text: '' });
      });
      sent.end(body && JSON.stringify(body));
    });

  try {
    const answers: Record<string, number> = {};
    const count = (status: number | string) => {
      answers[status] = (answers[status] ?? 0) + 1;
    };
    let most = 0;
    const client = async () => {
      for (let turn = 0; turn < ordersOfEach; turn++) {
        const { status, text } = await send('POST', '/orders', order);
        count(status);
        if (status !== 201) continue;
        const { orderId } = JSON.parse(text) as { orderId: string };
        const paths = [`/orders/${orderId}`, '/customers/ada/orders', '/orders?status=pending', '/health'];
        for (const path of paths) count((await send('GET', path)).status);
        count((await send('POST', `/orders/${orderId}/cancel`, { reason: 'load' })).status);
      }
    };
    let working = true;
    const watching = (async () => {
      while (working) {
        most = Math.max(most, await memoryOf(system));
        await pause(250);
      }
    })();
    await Promise.all(Array.from({ length: clients }, () => client())).finally(() => {
      working = false;
    });
    await watching;

    const orders = clients * ordersOfEach;
    expect(answers).toEqual({ 200: 5 * orders, 201: orders });
    expect(most).toBeLessThan(mostMegabytes);

    // Everything that waited goes its way.
    await eventually(
      async () => {
        const { text } = await send('GET', '/customers/ada/orders?status=pending');
        return (JSON.parse(text) as { orders: unknown[] }).orders.length === 0;
      },
      { timeoutMs: 60_000, everyMs: 250 },
    );
  } finally {
    agent.destroy();
    await system.stop();
  }
  // 30 s by itself; beside tests that compute it has a fraction of the machine.
}, 400_000);
