/** docs/operations/schema-change.md, on the deployed stack: readers, writers, and the writers taken back, under traffic. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { must, ORDER_SKU, orderOf } from '#tests/deploy/rehearsal/customer.ts';
import type { Answer, Call } from '#tests/deploy/rehearsal/emulator.ts';
import type { Service } from '#tests/deploy/rehearsal/service.ts';
import type { Stack } from '#tests/deploy/rehearsal/stack.ts';
import { eventually } from '#tests/support/eventually.ts';

const EVENTS = 'shared/domain/order/events.ts';
const DECISIONS = 'shared/domain/order/decisions.ts';
const WRITTEN_AS = `  writtenAs: { schemaVersion: 3, downcast: ({ channel: _, ...data }) => data },\n`;

/**
 * MiniStack ends processes that are at work when their code changes, which AWS does not: what a consumer had in its hands then comes
 * back after the visibility timeout, two minutes and a half.
 */
const veryPatient = { timeoutMs: 240_000, everyMs: 1_000 };

export function schemaChange(stack: () => Stack): void {
  const placed: Order[] = [];

  test('readers before writers, and the writers taken back: every request is answered', async () => {
    const { service, request, ada, staff } = stack();
    await Promise.all([ada.signInAgain(), staff.signInAgain()]);
    const received = { quantity: 10_000 };
    await must(request('POST', `/inventory/${ORDER_SKU}/receive`, { body: received, as: staff }));
    const traffic = startTraffic(stack(), placed);
    try {
      await readBeforeItIsWritten(service);
      await traffic.through('readers come', () => service.deploy());
      await traffic.through('readers', () => traffic.orders(2));
      await service.edit(EVENTS, WRITTEN_AS, '');
      await traffic.through('writers come', () => service.deploy());
      await traffic.through('writers', () => traffic.orders(2));
      await service.edit(EVENTS, '  schemaVersion: 4,\n', `  schemaVersion: 4,\n${WRITTEN_AS}`);
      await traffic.through('writers go', () => service.deploy());
      await traffic.through('readers again', () => traffic.orders(2));
    } finally {
      await traffic.stop();
    }
    expect(traffic.refused).toEqual([]);
  }, 400_000);

  test('what was written is of the version that each window allows', async () => {
    const TableName = stack().outputs.EventsTableName;
    const calls = placed.map(({ orderId }): Call => {
      const Key = { streamId: { S: `order-${orderId}` }, version: { N: '1' } };
      return ['dynamodb', 'get_item', { TableName, Key, ConsistentRead: true }];
    });
    const items = await stack().emulator.calls(calls);
    const written: Record<string, Set<number>> = {};
    for (const [index, { window }] of placed.entries()) {
      written[window] ??= new Set();
      written[window].add(Number(items[index].Item.schemaVersion.N));
    }
    const of = (window: string) => [...(written[window] ?? [])].sort();
    expect(of('readers come')).toEqual([3]);
    expect(of('readers')).toEqual([3]);
    expect(of('writers')).toEqual([4]);
    expect(of('readers again')).toEqual([3]);
  }, 60_000);

  test('every order is listed, reserved, counted and told of; nothing is a dead letter', async () => {
    const { service, request, ada, staff } = stack();
    await Promise.all([ada.signInAgain(), staff.signInAgain()]);
    for (const { orderId, isCancelled } of placed) {
      await eventually(async () => {
        const { body } = await must(request('GET', `/orders/${orderId}`));
        expect(body).toMatchObject({ orderId, status: isCancelled ? 'cancelled' : 'pending' });
        const told = await must(request('GET', `/notifications?orderId=${orderId}`, { as: staff }));
        const types = told.body.notifications.map(({ eventType }: Answer) => eventType).sort();
        expect(types).toEqual([...(isCancelled ? ['OrderCancelled'] : []), 'OrderCreated']);
      }, veryPatient);
    }
    const letters = JSON.parse((await service.ops('dead-letters')).stdout).deadLetters;
    const streams = placed.map(({ orderId }) => `order-${orderId}`);
    expect(letters.filter(({ streamId }: Answer) => streams.includes(streamId))).toEqual([]);
    await eventually(async () => {
      const { stdout } = await service.ops('audit', '--no-redeliver');
      const { behind } = JSON.parse(stdout);
      expect(behind.filter(({ streamId }: Answer) => streams.includes(streamId))).toEqual([]);
    }, veryPatient);
  }, 600_000);
}

/** Raises `OrderCreated` to version 4, which says by which channel the order came. Version 3 is still written. */
async function readBeforeItIsWritten(service: Service): Promise<void> {
  const createdV3 = `createdV2.extend({
    items: z.array(orderItem).min(1),
    holds,
    paymentTerms,
    paymentDueAt: isoTime.exactOptional(),
  })`;
  await service.edit(
    EVENTS,
    `  schemaVersion: 3,\n  schema: ${createdV3},\n`,
    `  schemaVersion: 4,\n${WRITTEN_AS}  schema: createdV3.extend({ channel: text }),\n`,
  );
  const head = 'export const orderCreated = defineEvent({\n';
  await service.edit(EVENTS, head, `const createdV3 = ${createdV3};\n${head}`);
  const older = '1: createdV1, 2: createdV2';
  await service.edit(EVENTS, older, `${older}, 3: createdV3`);
  const lifted = '    // v2 held nothing back';
  await service.edit(EVENTS, lifted, `    3: (data) => ({ ...data, channel: 'unknown' }),\n${lifted}`);
  const decided = '    paymentTerms,\n    ...(paymentTerms';
  await service.edit(
    DECISIONS,
    decided,
    decided.replace('paymentTerms,', `paymentTerms,\n    channel: 'web',`),
  );
}

interface Order {
  orderId: string;
  /** What was deployed while it was placed. */
  window: string;
  isCancelled: boolean;
}

/**
 * A customer who places an order after the other, and cancels every second one, until it is stopped. MiniStack ends the process that
 * is at work when a function's code changes, which AWS does not: what gets no answer is sent again, as a client does it.
 */
function startTraffic({ request }: Stack, placed: Order[]) {
  const refused: string[] = [];
  let window: string | undefined;
  let isOver = false;

  const send = async (...[method, path, options]: Parameters<Stack['request']>): Promise<Answer> => {
    const headers = { 'Idempotency-Key': randomUUID() };
    const once = () => request(method, path, { ...options, headers });
    let { status, body } = await once();
    if (status === 502) ({ status, body } = await once());
    if (status < 300) return body;
    refused.push(`${window}: ${method} ${path} ${status} ${JSON.stringify(body)}`);
  };
  const run = async () => {
    while (!isOver) {
      const during = window;
      const order = await send('POST', '/orders', { body: orderOf() });
      if (order) {
        const isCancelled = placed.length % 2 === 1;
        const body = { reason: 'changed my mind' };
        if (isCancelled) await send('POST', `/orders/${order.orderId}/cancel`, { body });
        // An order that was placed while a window changed belongs to none.
        placed.push({ orderId: order.orderId, isCancelled, window: during === window ? `${during}` : '' });
      }
      await sleep(1_000);
    }
  };
  const running = run();
  return {
    refused,
    /** What is placed meanwhile belongs to this window. */
    async through(name: string, work: () => Promise<unknown>): Promise<void> {
      window = name;
      await work();
      window = undefined;
    },
    /** Resolves when this many orders have been placed in the current window. */
    async orders(count: number): Promise<void> {
      const inWindow = () => placed.filter((order) => order.window === window).length;
      await eventually(() => inWindow() >= count, { timeoutMs: 60_000, everyMs: 200 });
    },
    async stop(): Promise<void> {
      isOver = true;
      await running;
    },
  };
}
