import { describe, expect, test } from '@jest/globals';
import { application } from '#application';
import type { DomainEvent, NewDomainEvent } from '#domain/index.ts';
import { inventory } from '#functions/consumers/inventory/policy.ts';
import { planned } from '#tests/support/policies.ts';
import { cancellation, orderLife, streamAt } from '#tests/support/streams.ts';

const AT = '2026-05-01T12:00:00.000Z';

// The order: 2 × MUG and 1 × PEN.
const [life] = orderLife('ada');
const [created, cancelled] = streamAt(AT, 'order', 'o-1', [life as NewDomainEvent, cancellation()]);
if (!created || !cancelled) throw new Error('no order');

const stock = (sku: string, received: number, reserved?: number): DomainEvent[] =>
  streamAt(AT, 'inventory', sku, [
    { eventType: 'StockReceived', data: { sku, quantity: received } },
    ...(reserved === undefined
      ? []
      : [{ eventType: 'StockReserved' as const, data: { sku, orderId: 'o-1', quantity: reserved } }]),
  ]);

const plan = (event: DomainEvent, streams: DomainEvent[][], remembered?: string[]) =>
  planned(application, inventory, event, { streams, remembered });

const reserve = (sku: string, quantity: number) => ({ type: 'reserve', sku, orderId: 'o-1', quantity });
const release = (sku: string) => ({ type: 'release', sku, orderId: 'o-1' });
const cancel = { type: 'cancel', reason: 'out_of_stock' };

describe('A placed order', () => {
  test('reserves what it asks for', async () => {
    expect(await plan(created, [[created], stock('MUG', 5), stock('PEN', 5)])).toEqual([
      ['inventory-MUG due', reserve('MUG', 2)],
      ['inventory-PEN due', reserve('PEN', 1)],
    ]);
  });

  test('whose stock is held back is released when it has all of it', async () => {
    const data = { ...(life?.data as object), holds: ['stock', 'fraud'] };
    const held = streamAt(AT, 'order', 'o-1', [{ ...life, data } as NewDomainEvent]);
    expect(await plan(held[0] as DomainEvent, [held, stock('MUG', 5), stock('PEN', 5)])).toEqual([
      ['inventory-MUG due', reserve('MUG', 2)],
      ['inventory-PEN due', reserve('PEN', 1)],
      ['order-o-1 due', { type: 'releaseHold', hold: 'stock', by: 'consumer:inventory' }],
    ]);
  });

  test('is cancelled where one SKU is short; its cancellation gives the others back', async () => {
    expect(await plan(created, [[created], stock('MUG', 1), stock('PEN', 5)])).toEqual([
      ['inventory-MUG due', reserve('MUG', 2)],
      ['inventory-PEN due', reserve('PEN', 1)],
      ['order-o-1 due', cancel],
    ]);
  });

  test('gives back at once where it was cancelled before its message came', async () => {
    expect(await plan(created, [[created, cancelled], stock('MUG', 5), stock('PEN', 5)])).toEqual([
      ['inventory-MUG due', reserve('MUG', 2)],
      ['inventory-PEN due', reserve('PEN', 1)],
      ['inventory-MUG due', release('MUG')],
      ['inventory-PEN due', release('PEN')],
    ]);
  });

  test('asks nothing of a SKU that was untracked when it first came, also when that was received since', async () => {
    expect(await plan(created, [[created], stock('MUG', 5)])).toEqual([
      ['inventory-MUG due', reserve('MUG', 2)],
      ['inventory-PEN unneeded', reserve('PEN', 1)],
    ]);
    expect(await plan(created, [[created], stock('MUG', 5), stock('PEN', 9)], ['PEN'])).toEqual([
      ['inventory-MUG due', reserve('MUG', 2)],
    ]);
  });

  test('that has shipped without stock is not cancelled', async () => {
    const shipped = streamAt(AT, 'order', 'o-1', orderLife('ada').slice(0, 3));
    expect(await plan(created, [shipped, stock('MUG', 1), stock('PEN', 5)])).toEqual([
      ['inventory-MUG due', reserve('MUG', 2)],
      ['inventory-PEN due', reserve('PEN', 1)],
      ['order-o-1 tolerated', cancel, 'order_already_shipped'],
    ]);
  });
});

test('A cancelled order gives back what it holds', async () => {
  expect(await plan(cancelled, [[created, cancelled], stock('MUG', 5, 2), stock('PEN', 5)])).toEqual([
    ['inventory-MUG due', release('MUG')],
    ['inventory-PEN unneeded', release('PEN')],
  ]);
});
