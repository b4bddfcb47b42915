import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { emulatorClients } from './simulator/emulator-clients.ts';
import type { Invocation } from './simulator/invocation.ts';
import { Ledger } from './simulator/ledger.ts';
import { countSigns, expirations, isUnseen, watchEventLoop } from './simulator/slowness.ts';
import { exitStatusOf, verdictOf } from './simulator/verdict.ts';

type Ended = 'handled' | 'failed' | 'crashed' | 'dead';

const invocation = (more: Partial<Invocation> = {}): Invocation => ({
  place: 'sales/0',
  startedAt: 0,
  faults: 0,
  deadLetters: [],
  ...more,
});

/** One message, received by `sales` as often as there are entries. */
function received(...deliveries: { count: number; ended?: Ended; by?: Partial<Invocation> }[]) {
  const ledger = new Ledger();
  for (const { count, ended, by } of deliveries) {
    const attributes = { ApproximateReceiveCount: String(count) };
    const record = { messageId: 'm1', body: '{}', attributes };
    const end = ledger.begin(
      'sales',
      [record],
      invocation({ ...by, deadLetters: ended === 'dead' ? ['{}'] : [] }),
    );
    if (ended) end(ended === 'crashed' ? 'crash' : new Set(ended === 'failed' ? ['m1'] : []));
  }
  return ledger.all();
}

const EXPIRED = 'sales had not deleted a message when its visibility timeout passed';
const NOT_HANDED = 'sales was not handed a message that was received for it';

describe('A message that was received again', () => {
  test.each<[string, Parameters<typeof received>, string[]]>([
    [
      'after it was handled',
      [
        { count: 1, ended: 'handled' },
        { count: 2, ended: 'handled' },
      ],
      [EXPIRED],
    ],
    [
      'after it was put in the dead letters',
      [
        { count: 1, ended: 'dead' },
        { count: 2, ended: 'dead' },
      ],
      [EXPIRED],
    ],
    ['while its function was at work', [{ count: 1 }, { count: 2, ended: 'handled' }], [EXPIRED]],
    ['after receives that no function saw', [{ count: 3, ended: 'handled' }], [NOT_HANDED, NOT_HANDED]],
  ])('%s is a sign of slowness', (_, deliveries, signs) => {
    expect(expirations(received(...deliveries))).toEqual(signs);
  });

  test.each<[string, Parameters<typeof received>]>([
    [
      'after it failed',
      [
        { count: 1, ended: 'failed' },
        { count: 2, ended: 'handled' },
      ],
    ],
    [
      'after its function crashed',
      [
        { count: 1, ended: 'crashed' },
        { count: 2, ended: 'handled' },
      ],
    ],
    [
      'after the adversary stalled its function',
      [
        { count: 1, ended: 'handled', by: { isStalled: true } },
        { count: 2, ended: 'handled' },
      ],
    ],
    [
      'because the second hand failed',
      [
        { count: 1, ended: 'failed', by: { early: true } },
        { count: 1, ended: 'handled' },
        { count: 2, ended: 'handled' },
        { count: 3, ended: 'handled' },
      ],
    ],
    [
      'because a stalled function failed late',
      [
        { count: 1, ended: 'failed', by: { isStalled: true } },
        { count: 2, ended: 'handled' },
        { count: 3, ended: 'handled' },
      ],
    ],
    [
      'after the second hand took it and the first crashed',
      [
        { count: 1, ended: 'handled', by: { early: true } },
        { count: 1, ended: 'crashed' },
        { count: 2, ended: 'handled' },
      ],
    ],
  ])('%s is none', (_, deliveries) => {
    expect(expirations(received(...deliveries))).toEqual([]);
  });
});

test('A dead letter whose last receive no function saw is told apart from one that its function had', () => {
  expect(isUnseen(received({ count: 1, ended: 'crashed' }), 5)).toBe(true);
  expect(isUnseen(received({ count: 1, ended: 'crashed' }, { count: 5, ended: 'crashed' }), 5)).toBe(false);
});

test('Signs of one kind are one line', () => {
  expect(countSigns([EXPIRED, NOT_HANDED, EXPIRED])).toEqual([`${EXPIRED} (2 times)`, NOT_HANDED]);
});

describe('The watch of the event loop', () => {
  afterEach(() => void jest.useRealTimers());

  test('notes a stand-still, and ends', () => {
    jest.useFakeTimers();
    const signs: string[] = [];
    let stoodStill = 0;
    const now = () => Date.now() + stoodStill;
    const end = watchEventLoop(2_000, (sign) => signs.push(sign), now);
    jest.advanceTimersByTime(10_000);
    expect(signs).toEqual([]);
    stoodStill = 2_500;
    jest.advanceTimersByTime(10_000);
    expect(signs).toEqual(['the simulation stood still for more than 2 s']);
    end();
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('The verdict', () => {
  const findings = [{ kind: 'lost', message: 'an order' } as const];

  test.each([
    ['passed', { findings: [], slowness: [] }],
    ['failed', { findings, slowness: [] }],
    ['too slow to judge', { findings, slowness: [EXPIRED] }],
    ['too slow to judge', { findings: [], slowness: [EXPIRED] }],
  ])('%s follows from what was found and how slow it was', (verdict, report) => {
    expect(verdictOf(report)).toBe(verdict);
  });

  test('gives the exit status: a finding counts more than slowness', () => {
    expect(exitStatusOf(['passed', 'passed'])).toBe(0);
    expect(exitStatusOf(['passed', 'too slow to judge'])).toBe(2);
    expect(exitStatusOf(['too slow to judge', 'failed', 'passed'])).toBe(1);
  });
});

describe('The clients of the emulators', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers) server.close();
  });

  test('do not queue calls, of which the SDK would warn', async () => {
    const AT_ONCE = 200;
    const waiting: ServerResponse[] = [];
    const server = createServer((request, response) => {
      request.resume();
      waiting.push(response);
      // Answered when all of them are there: with fewer sockets that is never.
      if (waiting.length < AT_ONCE) return;
      for (const one of waiting)
        one.setHeader('content-type', 'application/x-amz-json-1.0').end('{"QueueUrl":"q"}');
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    const { sqs, sns, dynamo } = emulatorClients({ region: 'us-east-1', dynamodb: url, sns: url, sqs: url });
    const calls = Array.from({ length: AT_ONCE }, () => sqs.send(new GetQueueUrlCommand({ QueueName: 'q' })));
    await Promise.all(calls);
    expect(waiting).toHaveLength(AT_ONCE);
    for (const client of [sqs, sns, dynamo]) client.destroy();
  });
});
