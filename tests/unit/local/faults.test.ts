import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import type { EventSourceMapping } from '#resources/local/event-source-mapping/index.ts';
import { Faults } from '#resources/local/faults.ts';
import type { Stack } from '#resources/local/stack/stack.ts';
import { startThrottlingProxy } from '#resources/local/throttling-proxy.ts';

const tables = { Events: { name: 'counters-dev-events', arn: '' } };

function setUp() {
  const mapped: string[] = [];
  const invoked: unknown[] = [];
  const used: string[] = [];
  const faults = new Faults({
    stack: { tables, emulators: { dynamodb: 'http://127.0.0.1:9' } } as unknown as Stack,
    shortName: (name) => name.replace('counters-dev-', ''),
    mappings: () => [
      {
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:counters-dev-totals',
        start: () => mapped.push('started'),
        stop: async () => mapped.push('stopped'),
      } as unknown as EventSourceMapping,
    ],
    useDynamodb: async (endpoint) => {
      used.push(endpoint);
    },
  });
  const invoke = faults.wrap('counters-dev-totals', undefined, async (event) => {
    invoked.push(event);
    return { answer: invoked.length };
  });
  const event = { Records: [{ receiptHandle: 'a' }] };
  return { faults, invoked, mapped, used, send: () => invoke(event, '') };
}

describe('a switched fault', () => {
  test('changes nothing while it is off', async () => {
    const { send, invoked } = setUp();
    expect(await send()).toEqual({ answer: 1 });
    expect(invoked).toHaveLength(1);
  });

  test.each([
    ['before', 0],
    ['after', 1],
  ] as const)('kills the next invocation %s its work, and no other', async (when, works) => {
    const { faults, send, invoked } = setUp();
    await faults.change({ fault: 'killed', target: 'totals', when });
    await expect(send()).rejects.toThrow(`totals was killed ${when} its work`);
    expect(invoked).toHaveLength(works);
    expect(await send()).toEqual({ answer: works + 1 });
    expect(faults.state()).toMatchObject({ killed: {}, struck: { killed: 1 } });
  });

  test('gives everything twice, and the first answer counts', async () => {
    const { faults, send, invoked } = setUp();
    await faults.change({ fault: 'duplicated', target: 'totals', on: true });
    expect(await send()).toEqual({ answer: 1 });
    expect(invoked).toHaveLength(2);
  });

  test('pauses a consumer by its mapping, until everything is switched off', async () => {
    const { faults, mapped } = setUp();
    await faults.change({ fault: 'paused', target: 'totals', on: true });
    expect(faults.state().paused).toEqual(['totals']);
    await faults.change({ fault: 'none' });
    expect({ mapped, paused: faults.state().paused }).toEqual({ mapped: ['stopped', 'started'], paused: [] });
    await expect(faults.change({ fault: 'paused', target: 'nobody', on: true })).rejects.toThrow(
      'no consumer nobody',
    );
  });

  test('puts a proxy before DynamoDB only while a table is throttled', async () => {
    const { faults, used } = setUp();
    await faults.change({ fault: 'throttled', target: 'Events', part: 0.5 });
    await faults.change({ fault: 'throttled', target: 'Events', part: 1 });
    await faults.change({ fault: 'throttled', target: 'Events', part: 0 });
    expect(used).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), 'http://127.0.0.1:9']);
    await faults.stop();
  });
});

test('the proxy refuses what it is told to, as DynamoDB does, and passes the rest on', async () => {
  const server = createServer((request, response) => request.pipe(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const proxy = await startThrottlingProxy(target, (table) => table === 'throttled');
  const send = async (body: object) => {
    const response = await fetch(proxy.endpoint, { method: 'POST', body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  expect(await send({ TableName: 'free' })).toEqual({ status: 200, body: { TableName: 'free' } });
  for (const body of [
    { TableName: 'throttled' },
    { RequestItems: { free: {}, throttled: {} } },
    { TransactItems: [{ Put: { TableName: 'throttled' } }] },
  ]) {
    const { status, body: answer } = await send(body);
    expect(status).toBe(400);
    expect(answer.__type).toContain('ProvisionedThroughputExceededException');
  }
  await proxy.stop();
  server.close();
  server.closeAllConnections();
});
