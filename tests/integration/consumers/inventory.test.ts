import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DomainEvent } from '#domain/index.ts';
import { inventoryAggregate } from '#domain/inventory/decisions.ts';
import type { InventoryEvent } from '#domain/inventory/events.ts';
import { available } from '#domain/inventory/state.ts';
import { orderAggregate } from '#domain/order/decisions.ts';
import { createHandler } from '#functions/consumers/inventory/handler.ts';
import type { RuntimeParts } from '#kit/config/runtime.ts';
import { type Consumers, startConsumers } from '#tests/support/consumers.ts';
import { killedAtEveryCall } from '#tests/support/killed.ts';
import { noMetrics } from '#tests/support/no-metrics.ts';
import { watched } from '#tests/support/tables.ts';

let the: Consumers;
beforeAll(async () => {
  the = await startConsumers();
});
afterAll(() => the.data.stop());

const inventory = (parts?: RuntimeParts) => createHandler(the.runtime('inventory', parts));

const sku = (name: string) => `${name}-${randomUUID()}`;

const receive = (name: string, quantity: number) =>
  the.command(inventoryAggregate, name, { type: 'receive', sku: name, quantity });

const place = (...items: Ordered[]) => placeWith({}, ...items);

type Ordered = [name: string, quantity: number];

async function placeWith(changes: { backorder?: boolean }, ...items: Ordered[]): Promise<DomainEvent> {
  const [created] = await the.command(orderAggregate, randomUUID(), {
    type: 'place',
    customerId: 'ada',
    currency: 'USD',
    items: items.map(([name, quantity]) => ({
      sku: name,
      name: 'Thing',
      quantity,
      unitPrice: 100,
      tracked: true,
      backorder: false,
      ...changes,
    })),
    shippingAddress: { line1: '1 Main St', city: 'Springfield', postalCode: '01101', country: 'US' },
    paymentTerms: 'prepaid',
    paymentDueAt: '2099-01-01T00:00:00.000Z',
    holdParameters: { highValueThreshold: 100_000, homeCountry: 'US' },
  });
  if (!created) throw new Error('not placed');
  return created;
}

async function cancel({ aggregateId }: DomainEvent, reason = 'changed_my_mind'): Promise<DomainEvent> {
  const [cancelled] = await the.command(orderAggregate, aggregateId, { type: 'cancel', reason });
  if (!cancelled) throw new Error('not cancelled');
  return cancelled;
}

/** A SKU's events without the first receipt, and what can be had of it. */
async function stockOf(name: string) {
  const events = await the.stream(`inventory-${name}`);
  return {
    events: events.slice(1).map(({ eventType }) => eventType),
    available: available(await stateOf(name)),
  };
}

async function stateOf(name: string) {
  const events = (await the.stream(`inventory-${name}`)) as unknown as InventoryEvent[];
  return events.reduce(inventoryAggregate.evolve, inventoryAggregate.initialState);
}

async function cancellationOf({ streamId }: DomainEvent) {
  const events = await the.stream(streamId);
  return events.filter((event) => event.eventType === 'OrderCancelled');
}

describe('An order', () => {
  test('gets its stock, the lines of one SKU together; the events say because of what', async () => {
    const mug = sku('MUG');
    await receive(mug, 10);
    const created = await place([mug, 2], [mug, 3]);
    await the.handled(inventory(), created);
    expect(await stockOf(mug)).toEqual({ events: ['StockReserved'], available: 5 });
    const [, reserved] = await the.stream(`inventory-${mug}`);
    expect(reserved).toMatchObject({
      data: { sku: mug, orders: [{ orderId: created.aggregateId, quantity: 5 }] },
      metadata: {
        userId: 'consumer:inventory',
        correlationId: created.metadata.correlationId,
        causationId: created.eventId,
        commandId: expect.any(String),
      },
    });
  });

  test('that comes several times, at once and later, is served once', async () => {
    const mug = sku('MUG');
    await receive(mug, 10);
    const created = await place([mug, 2]);
    const handler = inventory();
    await the.handled(handler, created, created, created);
    await the.handled(handler, created);
    expect(await stockOf(mug)).toEqual({ events: ['StockReserved'], available: 8 });
  });

  test('that is cancelled gives its stock back, once', async () => {
    const [mug, pen] = [sku('MUG'), sku('PEN')];
    await receive(mug, 10);
    await receive(pen, 10);
    const created = await place([mug, 2], [pen, 1]);
    await the.handled(inventory(), created);
    const cancelled = await cancel(created);
    await the.handled(inventory(), cancelled, cancelled);
    await the.handled(inventory(), cancelled, created);
    const back = { events: ['StockReserved', 'StockReleased'], available: 10 };
    expect([await stockOf(mug), await stockOf(pen)]).toEqual([back, back]);
  });

  test('whose cancellation comes first ends up with nothing', async () => {
    const mug = sku('MUG');
    await receive(mug, 10);
    const created = await place([mug, 2]);
    const cancelled = await cancel(created);
    await the.handled(inventory(), cancelled);
    await the.handled(inventory(), created);
    await the.handled(inventory(), cancelled, created);
    expect(await stockOf(mug)).toEqual({ events: [], available: 10 });
  });

  test('and its cancellation in one batch, in either order, end up with nothing', async () => {
    for (const reversed of [false, true]) {
      const mug = sku('MUG');
      await receive(mug, 10);
      const created = await place([mug, 2]);
      const batch = [created, await cancel(created)];
      await the.handled(inventory(), ...(reversed ? batch.reverse() : batch));
      expect((await stockOf(mug)).available).toBe(10);
    }
  });
});

describe('An order that cannot have everything', () => {
  test('is cancelled as out of stock, and what it took goes back with its cancellation', async () => {
    const [mug, pen] = [sku('MUG'), sku('PEN')];
    await receive(mug, 10);
    await receive(pen, 1);
    const created = await place([mug, 2], [pen, 2]);
    await the.handled(inventory(), created);
    const [cancelled, ...more] = await cancellationOf(created);
    expect(cancelled).toMatchObject({
      data: { reason: 'out_of_stock' },
      metadata: { userId: 'consumer:inventory', causationId: created.eventId, commandId: expect.any(String) },
    });
    expect(more).toEqual([]);
    if (!cancelled) throw new Error('not cancelled');
    await the.handled(inventory(), cancelled);
    expect(await stockOf(mug)).toEqual({ events: ['StockReserved', 'StockReleased'], available: 10 });
    expect(await stockOf(pen)).toEqual({ events: ['StockRejected'], available: 1 });
  });

  test('is cancelled once, however often it comes, and gives back also without the cancellation’s message', async () => {
    const [mug, pen] = [sku('MUG'), sku('PEN')];
    await receive(mug, 10);
    await receive(pen, 1);
    const created = await place([mug, 2], [pen, 2]);
    await the.handled(inventory(), created, created);
    await the.handled(inventory(), created);
    expect(await cancellationOf(created)).toHaveLength(1);
    expect(await stockOf(mug)).toEqual({ events: ['StockReserved', 'StockReleased'], available: 10 });
  });

  test('and was cancelled by its customer meanwhile stays so', async () => {
    const pen = sku('PEN');
    await receive(pen, 1);
    const created = await place([pen, 2]);
    await cancel(created);
    await the.handled(inventory(), created);
    expect(await cancellationOf(created)).toMatchObject([{ data: { reason: 'changed_my_mind' } }]);
  });

  test('and is cancelled by its customer just before we do stays so', async () => {
    const pen = sku('PEN');
    await receive(pen, 1);
    const created = await place([pen, 2]);
    // Puts: that nothing was reserved, and the cancellation, which comes second and reads the order again.
    const { dynamo, counts } = watched(the.data.dynamo, async (command, count) => {
      if (command === 'PutCommand' && count === 2) await cancel(created);
    });
    await the.handled(inventory({ dynamo }), created);
    // The snapshot and the SKU, the order before the reservation, after it, and after the lost race.
    expect(counts).toEqual({ PutCommand: 2, QueryCommand: 5 });
    expect(await cancellationOf(created)).toMatchObject([{ data: { reason: 'changed_my_mind' } }]);
  });
});

describe('An order that is shipped', () => {
  async function ship({ aggregateId }: DomainEvent): Promise<DomainEvent> {
    const capture = { paymentId: 'p-1', captureId: 'c-1', amount: 1_000_000, currency: 'USD' };
    await the.command(orderAggregate, aggregateId, { type: 'applyCapture', ...capture });
    const [shipped] = await the.command(orderAggregate, aggregateId, {
      type: 'ship',
      carrier: 'UPS',
      trackingNumber: '1Z',
    });
    if (!shipped) throw new Error('not shipped');
    return shipped;
  }

  test('takes its stock with it, once, and leaves no reservation', async () => {
    const mug = sku('MUG');
    await receive(mug, 10);
    const created = await place([mug, 2]);
    await the.handled(inventory(), created);
    const shipped = await ship(created);
    await the.handled(inventory(), shipped, shipped);
    await the.handled(inventory(), created, shipped);
    expect(await stockOf(mug)).toEqual({ events: ['StockReserved', 'StockIssued'], available: 8 });
    expect(await stateOf(mug)).toEqual({ onHand: 8, reserved: 0, open: [], waiting: [] });
  });

  test('takes nothing twice where a second delivery of its placing is slow at any call', async () => {
    for (let slowAt = 1; slowAt <= 3; slowAt++) {
      const mug = sku('MUG');
      await receive(mug, 10);
      const created = await place([mug, 2]);
      let calls = 0;
      const { dynamo } = watched(the.data.dynamo, async () => {
        if (++calls !== slowAt) return;
        await the.handled(inventory(), created);
        await the.handled(inventory(), await ship(created));
      });
      await the.handled(inventory({ dynamo }), created);
      expect(await stateOf(mug)).toEqual({ onHand: 8, reserved: 0, open: [], waiting: [] });
    }
  });
});

describe('An order that waits for stock', () => {
  test('goes on with the receipt that fills it, when it has everything', async () => {
    const [mug, pen] = [sku('MUG'), sku('PEN')];
    await receive(pen, 1);
    const created = await placeWith({ backorder: true }, [mug, 2], [pen, 2]);
    await the.handled(inventory(), created);
    expect(await cancellationOf(created)).toEqual([]);
    await the.handled(inventory(), ...(await filledBy(await receive(mug, 5))));
    expect(await typesOf(created)).toEqual(['OrderCreated']);
    const filled = await filledBy(await receive(pen, 1));
    await the.handled(inventory(), ...filled, ...filled);
    expect(await typesOf(created)).toEqual(['OrderCreated', 'OrderHoldReleased']);
  });

  test('gives up its place when it is cancelled', async () => {
    const mug = sku('MUG');
    const created = await placeWith({ backorder: true }, [mug, 2]);
    await the.handled(inventory(), created);
    await the.handled(inventory(), await cancel(created));
    expect(await filledBy(await receive(mug, 5))).toEqual([]);
    expect(await stateOf(mug)).toEqual({ onHand: 5, reserved: 0, open: [], waiting: [] });
  });

  const filledBy = async (events: readonly DomainEvent[]) =>
    events.filter(({ eventType }) => eventType === 'BackorderFilled');
  const typesOf = async ({ streamId }: DomainEvent) =>
    (await the.stream(streamId)).map(({ eventType }) => eventType);
});

test('A SKU that was never received is out of stock', async () => {
  const [pen, mug] = [sku('PEN'), sku('MUG')];
  await receive(mug, 5);
  const created = await place([pen, 1], [mug, 1]);
  await the.handled(inventory(), created);
  const [cancelled] = await cancellationOf(created);
  expect(cancelled?.data.reason).toBe('out_of_stock');
  if (cancelled) await the.handled(inventory(), cancelled);
  expect(await stateOf(mug)).toEqual({ onHand: 5, reserved: 0, open: [], waiting: [] });
});

describe('Orders of one SKU', () => {
  test('in one batch are decided together, in one append', async () => {
    const mug = sku('MUG');
    await receive(mug, 7);
    const orders = await Promise.all(Array.from({ length: 10 }, () => place([mug, 1])));
    const counted: Record<string, number> = {};
    const metrics = {
      ...noMetrics,
      count: (name: string, value = 1) => {
        counted[name] = (counted[name] ?? 0) + value;
      },
    };
    await the.handled(inventory({ metrics }), ...orders);
    expect(counted.CommandConflicts).toBeUndefined();
    const { events, available } = await stockOf(mug);
    expect(available).toBe(0);
    expect(events).toEqual(['StockReserved', 'StockRejected']);
    const cancelled = await Promise.all(orders.map(cancellationOf));
    expect(cancelled.flat()).toHaveLength(3);

    const rest = await Promise.all(
      orders.map(async (order) => (await cancellationOf(order))[0] ?? (await cancel(order))),
    );
    await the.handled(inventory({ metrics }), ...rest);
    expect(counted.CommandConflicts).toBeUndefined();
    expect((await stockOf(mug)).available).toBe(7);
  });

  test('in several invocations at once never take more than there is, and all are served in the end', async () => {
    const mug = sku('MUG');
    await receive(mug, 7);
    const orders = await Promise.all(Array.from({ length: 12 }, () => place([mug, 1])));
    const sleep = (ms: number) => pause(ms);
    const workers = [0, 1, 2].map(async (worker) => {
      let open = orders.filter((_, index) => index % 3 === worker || index % 4 === worker);
      while (open.length > 0) open = await the.deliver(inventory({ sleep }), open);
    });
    await Promise.all(workers);
    const { events, available } = await stockOf(mug);
    expect(available).toBe(0);
    expect(events.length).toBeLessThan(12);
    expect((await Promise.all(orders.map(cancellationOf))).flat()).toHaveLength(5);
  });
});

describe('A process that is killed at any call', () => {
  test('while it reserves, leaves an order that the next delivery finishes', async () => {
    const calls = await killedAtEveryCall(the.data.dynamo, async (dynamo) => {
      const [mug, pen] = [sku('MUG'), sku('PEN')];
      await receive(mug, 5);
      await receive(pen, 1);
      const created = await place([mug, 2], [pen, 2]);
      await the.deliver(inventory({ dynamo }), [created]);
      await the.handled(inventory(), created);
      const [cancelled, ...more] = await cancellationOf(created);
      expect([cancelled?.data.reason, more]).toEqual(['out_of_stock', []]);
      if (cancelled) await the.handled(inventory(), cancelled);
      expect(await stockOf(mug)).toEqual({ events: ['StockReserved', 'StockReleased'], available: 5 });
      const { events, available: left } = await stockOf(pen);
      // Where the cancellation was lost it is asked again, and there is as little as before.
      expect([new Set(events), left]).toEqual([new Set(['StockRejected']), 1]);
    });
    // For each SKU its snapshot, its stream and the order read, and a put; then the order read and cancelled.
    expect(calls).toBe(10);
  });

  test('while it releases, leaves nothing reserved after the next delivery', async () => {
    const calls = await killedAtEveryCall(the.data.dynamo, async (dynamo) => {
      const [mug, pen] = [sku('MUG'), sku('PEN')];
      await receive(mug, 5);
      await receive(pen, 5);
      const created = await place([mug, 2], [pen, 2]);
      await the.handled(inventory(), created);
      const cancelled = await cancel(created);
      await the.deliver(inventory({ dynamo }), [cancelled]);
      await the.handled(inventory(), cancelled);
      const back = { events: ['StockReserved', 'StockReleased'], available: 5 };
      expect([await stockOf(mug), await stockOf(pen)]).toEqual([back, back]);
    });
    expect(calls).toBe(6);
  });
});
