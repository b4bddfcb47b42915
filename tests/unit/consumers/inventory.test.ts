import { describe, expect, test } from '@jest/globals';
import { application } from '#application';
import type { DomainEvent, NewDomainEvent } from '#domain/index.ts';
import type { InventoryEvent } from '#domain/inventory/events.ts';
import { inventory } from '#functions/consumers/inventory/policy.ts';
import { planned } from '#tests/support/policies.ts';
import { cancellation, orderLife, streamAt } from '#tests/support/streams.ts';

const AT = '2026-05-01T12:00:00.000Z';

/** The order: 2 × MUG and 1 × PEN, both tracked, and a download, which is not. */
function order(changes: { backorder?: boolean } = {}, ...more: NewDomainEvent[]): DomainEvent[] {
  const [placed] = orderLife('ada');
  if (placed?.eventType !== 'OrderCreated') throw new Error('no order');
  const items = [
    ...placed.data.items.map((item) => ({ ...item, backorder: false, ...changes })),
    { sku: 'DOWNLOAD', name: 'Download', quantity: 1, unitPrice: 0, tracked: false, backorder: false },
  ];
  const created: NewDomainEvent = { ...placed, data: { ...placed.data, items, holds: ['stock', 'fraud'] } };
  return streamAt(AT, 'order', 'o-1', [created, ...more]);
}

const first = ([event]: DomainEvent[]) => event as DomainEvent;
const last = (stream: DomainEvent[]) => stream.at(-1) as DomainEvent;

const stockReady: NewDomainEvent = {
  eventType: 'OrderHoldReleased',
  data: { customerId: 'ada', hold: 'stock', by: 'consumer:inventory' },
};
const reviewed: NewDomainEvent = {
  eventType: 'OrderHoldReleased',
  data: { customerId: 'ada', hold: 'fraud', by: 'grace' },
};
const [, paid, shipped] = orderLife('ada') as [NewDomainEvent, NewDomainEvent, NewDomainEvent];

const stock = (sku: string, received: number, ...more: InventoryEvent[]): DomainEvent[] =>
  streamAt(AT, 'inventory', sku, [
    { eventType: 'StockReceived', data: { sku, quantity: received } },
    ...more,
  ]);

const reserved = (sku: string, quantity: number): InventoryEvent => ({
  eventType: 'StockReserved',
  data: { sku, orders: [{ orderId: 'o-1', quantity }] },
});
const backordered = (sku: string, quantity: number): InventoryEvent => ({
  eventType: 'StockBackordered',
  data: { sku, orders: [{ orderId: 'o-1', quantity }] },
});
const filled = (sku: string, quantity: number): InventoryEvent => ({
  eventType: 'BackorderFilled',
  data: { sku, orders: [{ orderId: 'o-1', quantity }] },
});

const plan = (event: DomainEvent, streams: DomainEvent[][]) =>
  planned(application, inventory, event, { streams });

const reserve = (sku: string, quantity: number, backorder = false) => ({
  type: 'reserve',
  sku,
  orderId: 'o-1',
  quantity,
  backorder,
});
const release = (sku: string) => ({ type: 'release', sku, orderId: 'o-1' });
const issue = (sku: string) => ({ type: 'issue', sku, orderId: 'o-1' });
const cancel = { type: 'cancel', reason: 'out_of_stock' };
const releaseHold = { type: 'releaseHold', hold: 'stock', by: 'consumer:inventory' };

describe('A placed order', () => {
  test('reserves what of it is tracked, and goes on when it has all of it', async () => {
    const placed = order();
    expect(await plan(first(placed), [placed, stock('MUG', 5), stock('PEN', 5)])).toEqual([
      ['inventory-MUG due', reserve('MUG', 2)],
      ['inventory-PEN due', reserve('PEN', 1)],
      ['order-o-1 due', releaseHold],
    ]);
  });

  test('is cancelled where one SKU is short; its cancellation gives the others back', async () => {
    const placed = order();
    expect(await plan(first(placed), [placed, stock('MUG', 1), stock('PEN', 5)])).toEqual([
      ['inventory-MUG due', reserve('MUG', 2)],
      ['inventory-PEN due', reserve('PEN', 1)],
      ['order-o-1 due', cancel],
    ]);
  });

  test('is cancelled where a SKU was never received', async () => {
    const placed = order();
    expect(await plan(first(placed), [placed, stock('MUG', 5)])).toEqual([
      ['inventory-MUG due', reserve('MUG', 2)],
      ['inventory-PEN due', reserve('PEN', 1)],
      ['order-o-1 due', cancel],
    ]);
  });

  test('waits where the products may be back ordered', async () => {
    const placed = order({ backorder: true });
    expect(await plan(first(placed), [placed, stock('MUG', 1), stock('PEN', 5)])).toEqual([
      ['inventory-MUG due', reserve('MUG', 2, true)],
      ['inventory-PEN due', reserve('PEN', 1, true)],
    ]);
  });

  test('goes on where what it waited for has been filled when its message comes again', async () => {
    const placed = order({ backorder: true });
    const mug = stock(
      'MUG',
      1,
      backordered('MUG', 2),
      ...([{ eventType: 'StockReceived', data: { sku: 'MUG', quantity: 9 } }] as InventoryEvent[]),
      filled('MUG', 2),
    );
    expect(await plan(first(placed), [placed, mug, stock('PEN', 5, reserved('PEN', 1))])).toEqual([
      ['inventory-MUG unneeded', reserve('MUG', 2, true)],
      ['inventory-PEN unneeded', reserve('PEN', 1, true)],
      ['order-o-1 due', releaseHold],
    ]);
  });

  test('that was cancelled before its message came reserves nothing', async () => {
    const placed = order({}, cancellation());
    expect(await plan(first(placed), [placed, stock('MUG', 5), stock('PEN', 5)])).toEqual([
      ['inventory-MUG unneeded', reserve('MUG', 2)],
      ['inventory-PEN unneeded', reserve('PEN', 1)],
      ['inventory-MUG unneeded', release('MUG')],
      ['inventory-PEN unneeded', release('PEN')],
    ]);
  });

  test('that was cancelled after its reservation gives it back, whichever message comes', async () => {
    const placed = order({}, cancellation());
    expect(await plan(first(placed), [placed, stock('MUG', 5, reserved('MUG', 2)), stock('PEN', 5)])).toEqual(
      [
        ['inventory-MUG unneeded', reserve('MUG', 2)],
        ['inventory-PEN unneeded', reserve('PEN', 1)],
        ['inventory-MUG due', release('MUG')],
        ['inventory-PEN unneeded', release('PEN')],
      ],
    );
  });

  test('that has gone on takes nothing more, however late its message comes again', async () => {
    const unneeded = [
      ['inventory-MUG unneeded', reserve('MUG', 2)],
      ['inventory-PEN unneeded', reserve('PEN', 1)],
    ];
    for (const more of [[stockReady], [stockReady, reviewed, paid, shipped]]) {
      const placed = order({}, ...more);
      expect(await plan(first(placed), [placed, stock('MUG', 5), stock('PEN', 5)])).toEqual(unneeded);
    }
  });
});

test('A cancelled order gives back what it holds and waits for no more', async () => {
  const placed = order({}, cancellation());
  const mug = stock('MUG', 5, reserved('MUG', 2));
  expect(await plan(last(placed), [placed, mug, stock('PEN', 1, backordered('PEN', 3))])).toEqual([
    ['inventory-MUG due', release('MUG')],
    ['inventory-PEN due', release('PEN')],
  ]);
});

test('A shipped order takes what it has reserved with it', async () => {
  const placed = order({}, stockReady, reviewed, paid, shipped);
  const streams = [placed, stock('MUG', 5, reserved('MUG', 2)), stock('PEN', 5, reserved('PEN', 1))];
  expect(await plan(last(placed), streams)).toEqual([
    ['inventory-MUG due', issue('MUG')],
    ['inventory-PEN due', issue('PEN')],
  ]);
});

describe('A back order that is filled', () => {
  const more: InventoryEvent = { eventType: 'StockReceived', data: { sku: 'MUG', quantity: 9 } };
  const mug = stock('MUG', 1, backordered('MUG', 2), more, filled('MUG', 2));

  test('lets its order go on when the order has everything', async () => {
    const placed = order({ backorder: true });
    expect(await plan(last(mug), [placed, mug, stock('PEN', 5, reserved('PEN', 1))])).toEqual([
      ['order-o-1 due', releaseHold],
    ]);
  });

  test('lets it wait for the rest', async () => {
    const placed = order({ backorder: true });
    expect(await plan(last(mug), [placed, mug, stock('PEN', 1, backordered('PEN', 3))])).toEqual([]);
    expect(await plan(last(mug), [placed, mug])).toEqual([]);
  });

  test('changes nothing for an order that has gone on or is cancelled', async () => {
    for (const next of [stockReady, cancellation()]) {
      const placed = order({ backorder: true }, next);
      expect(await plan(last(mug), [placed, mug, stock('PEN', 5, reserved('PEN', 1))])).toEqual([]);
    }
  });
});
