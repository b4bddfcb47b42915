import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { load } from '#kit/event-store/load.ts';
import type { Aggregate } from '#kit/events/aggregate.ts';
import type { NewEvent } from '#kit/events/event.ts';
import { type Commands, order, startCommands, uniqueKey } from '#tests/support/commands.ts';

let commands: Commands;
beforeAll(async () => {
  commands = await startCommands();
});
afterAll(() => commands.data.stop());

const keyed = () => ({ 'Idempotency-Key': uniqueKey() });

describe('an Idempotency-Key', () => {
  test('answers a repeated order exactly as the first time, also after the order went on', async () => {
    const headers = keyed();
    const first = await commands.run('placeOrder', { body: order, headers });
    const params = { orderId: first.body.orderId };
    await commands.run('cancelOrder', { params, body: { reason: 'late' } });
    const before = await commands.eventCount();
    expect(await commands.run('placeOrder', { body: order, headers })).toEqual(first);
    expect(await commands.eventCount()).toBe(before);
  });

  test('does not mind in which order the fields of the body come', async () => {
    const headers = keyed();
    const { items, shippingAddress } = order;
    const first = await commands.run('placeOrder', { body: { items, shippingAddress }, headers });
    expect(await commands.run('placeOrder', { body: { shippingAddress, items }, headers })).toEqual(first);
  });

  test('of 20 equal requests at once makes one order, and 20 equal answers', async () => {
    const headers = keyed();
    const before = await commands.eventCount();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => commands.run('placeOrder', { body: order, headers })),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 201 });
    expect(await commands.eventCount()).toBe(before + 1);
  });

  test('with another body is a 422, and makes nothing', async () => {
    const headers = keyed();
    await commands.run('placeOrder', { body: order, headers });
    const before = await commands.eventCount();
    const items = [{ ...order.items[0], quantity: 3 }];
    expect(await commands.run('placeOrder', { body: { ...order, items }, headers })).toMatchObject({
      status: 422,
      body: { type: 'urn:orderstream:problem:idempotency-key-reused' },
    });
    expect(await commands.eventCount()).toBe(before);
  });

  test('is the caller’s own: the same key of two callers is two orders', async () => {
    const headers = keyed();
    const ada = await commands.run('placeOrder', { body: order, headers, sub: 'ada' });
    const bob = await commands.run('placeOrder', { body: order, headers, sub: 'bob' });
    expect(bob.status).toBe(201);
    expect(bob.body.orderId).not.toBe(ada.body.orderId);
  });

  test('counts for one resource: under one key a caller may change two orders', async () => {
    const headers = keyed();
    for (const orderId of [await commands.placed(), await commands.placed()]) {
      const sent = { params: { orderId }, body: { reason: 'late' }, headers };
      expect(await commands.run('cancelOrder', sent)).toMatchObject({ status: 200, body: { orderId } });
    }
  });

  test('of another command on the same order is a 422, and changes nothing', async () => {
    const params = { orderId: await commands.placed() };
    const manager = { headers: keyed(), sub: 'boss', scope: 'orders:manage' };
    await commands.run('cancelOrder', { params, body: { reason: 'late' }, ...manager });
    const before = await commands.eventCount();
    const ship = { carrier: 'UPS', trackingNumber: '1Z' };
    expect(await commands.run('shipOrder', { params, body: ship, ...manager })).toMatchObject({
      status: 422,
      body: { type: 'urn:orderstream:problem:idempotency-key-reused' },
    });
    expect(await commands.eventCount()).toBe(before);
  });

  test('repeats a command on an order, even with the If-Match that it itself outdated', async () => {
    const params = { orderId: await commands.placed() };
    const headers = { ...keyed(), 'If-Match': '"1"' };
    const sent = { params, body: { reason: 'late' }, headers };
    const first = await commands.run('cancelOrder', sent);
    expect(first).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await commands.run('cancelOrder', sent)).toEqual(first);
    const other = { ...sent, body: { reason: 'too expensive' } };
    expect(await commands.run('cancelOrder', other)).toMatchObject({ status: 422 });
  });

  test('repeated by a stranger on an order does not show it', async () => {
    const params = { orderId: await commands.placed('ada') };
    const headers = keyed();
    await commands.run('cancelOrder', { params, body: { reason: 'late' }, headers, sub: 'ada' });
    const stranger = { params, body: { reason: 'late' }, headers, sub: 'eve' };
    expect(await commands.run('cancelOrder', stranger)).toMatchObject({ status: 404 });
  });
});

describe('commands that race', () => {
  const manager = { sub: 'max', scope: 'orders:manage' };

  test('20 on one order: exactly one wins, the others learn which rule they now break', async () => {
    const orderId = await commands.paid();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        commands.run('shipOrder', {
          params: { orderId },
          body: { carrier: 'UPS', trackingNumber: `1Z-${index}` },
          ...manager,
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const lost = answers.filter(({ status }) => status !== 200);
    expect(new Set(lost.map(({ status, body }) => `${status} ${body.rule}`))).toEqual(
      new Set(['409 order_already_shipped']),
    );
    expect(await load(commands.data.runtime(), `order-${orderId}`)).toHaveLength(4);
  });

  test('with the same If-Match: one wins, the others get 412', async () => {
    const orderId = await commands.paid();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        commands.run('cancelOrder', {
          params: { orderId },
          body: { reason: `reason ${index}` },
          headers: { 'if-match': '"3"' },
        }),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array.from({ length: 9 }, () => 412)]);
  });

  test('ship against cancel: one of the two holds, and the stream stays readable', async () => {
    const orderId = await commands.paid();
    const params = { orderId };
    const answers = await Promise.all([
      commands.run('shipOrder', { params, body: { carrier: 'UPS', trackingNumber: '1Z' }, ...manager }),
      commands.run('cancelOrder', { params, body: { reason: 'late' } }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await load(commands.data.runtime(), `order-${orderId}`)).toHaveLength(4);
  });
});

describe('an answer of DynamoDB that is lost', () => {
  /** The first put lands, and the client never hears of it: the SDK sends it again. */
  function losingAnswers() {
    let lost = 0;
    const send = async (command: { constructor: { name: string } }) => {
      const answer = await commands.data.dynamo.send(command as never);
      if (command.constructor.name !== 'PutCommand' || lost > 0) return answer;
      lost += 1;
      return commands.data.dynamo.send(command as never);
    };
    return { dynamo: { send } as never, lost: () => lost };
  }

  test('and repeated by the SDK is one order and a 201', async () => {
    const faulty = losingAnswers();
    const before = await commands.eventCount();
    expect(await commands.run('placeOrder', { body: order }, { dynamo: faulty.dynamo })).toMatchObject({
      status: 201,
    });
    expect(faulty.lost()).toBe(1);
    expect(await commands.eventCount()).toBe(before + 1);
  });

  test('for good is a 500, and the repeat of the request under its key the one order', async () => {
    const send = async (command: { constructor: { name: string } }) => {
      await commands.data.dynamo.send(command as never);
      throw Object.assign(new Error('socket hang up at 10.0.0.7'), { name: 'TimeoutError' });
    };
    const headers = keyed();
    const before = await commands.eventCount();
    const failed = await commands.run('placeOrder', { body: order, headers }, { dynamo: { send } as never });
    expect(failed.status).toBe(500);
    expect(JSON.stringify(failed)).not.toContain('10.0.0.7');
    expect(await commands.run('placeOrder', { body: order, headers })).toMatchObject({ status: 201 });
    expect(await commands.eventCount()).toBe(before + 1);
  });

  test('throttled is a 503 that says when to come again', async () => {
    const send = async () => {
      throw Object.assign(new Error('slow down'), { name: 'ProvisionedThroughputExceededException' });
    };
    expect(await commands.run('placeOrder', { body: order }, { dynamo: { send } as never })).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1', 'content-type': 'application/problem+json' },
    });
  });
});

test('A creation of several events is answered again with all of them', async () => {
  const registering: Aggregate<number, { type: 'register' }, NewEvent> = {
    type: 'customer',
    initialState: 0,
    decide: (_, state) =>
      state > 0
        ? []
        : [
            { eventType: 'CustomerRegistered', data: { name: 'Ada', email: 'ada@example.com' } },
            { eventType: 'CustomerRenamed', data: { name: 'Ada King' } },
          ],
    evolve: (state) => state + 1,
  };
  const aggregateId = uniqueKey();
  const send = () =>
    handleCommand(commands.data.runtime(), registering, {
      aggregateId,
      command: { type: 'register' },
      metadata: { userId: 'ada', correlationId: 'c', causationId: 'r', commandId: aggregateId },
      creates: true,
    });
  const first = await send();
  expect(first).toMatchObject({ version: 2, state: 2, repeated: false });
  expect(await send()).toEqual({ ...first, repeated: true });
});

test('An event that its schema refuses is not appended', async () => {
  const aggregateId = uniqueKey();
  const broken: Aggregate<undefined, { type: 'register' }, NewEvent> = {
    type: 'customer',
    initialState: undefined,
    decide: () => [{ eventType: 'CustomerRegistered', data: { name: '', email: 'ada@example.com' } }],
    evolve: () => undefined,
  };
  const before = await commands.eventCount();
  const sent = handleCommand(commands.data.runtime(), broken, {
    aggregateId,
    command: { type: 'register' },
    metadata: { userId: 'ada', correlationId: 'c', causationId: 'r', commandId: aggregateId },
    creates: true,
  });
  await expect(sent).rejects.toMatchObject({ name: 'InvalidEventData' });
  expect(await commands.eventCount()).toBe(before);
});
