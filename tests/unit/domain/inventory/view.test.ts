import { describe, expect, it } from '@jest/globals';
import type { InventoryEvent } from '#domain/inventory/events.ts';
import { type StockView, stockView } from '#domain/inventory/view.ts';
import { storedStream, timeOf } from '#tests/support/stored-events.ts';
import {
  adjusted,
  backordered,
  filled,
  givenUp,
  issued,
  received,
  rejected,
  released,
  reserved,
  sku,
} from './examples.ts';

describe('the stock view', () => {
  const viewOf = (...events: InventoryEvent[]) =>
    storedStream('inventory', sku, events).reduce<StockView | undefined>(stockView, undefined);

  it('counts what is on hand, what of it is reserved, and what is waited for', () => {
    expect(
      viewOf(
        received(5),
        reserved('o-1', 3),
        released('o-1', 3),
        reserved('o-2', 4),
        issued('o-2', 4),
        adjusted(-1),
        backordered('o-3', 2),
        backordered('o-4', 7),
        received(3),
        filled('o-3', 2),
        givenUp('o-4', 7),
        backordered('o-5', 6),
      ),
    ).toEqual({ sku, onHand: 3, reserved: 2, backordered: 6, updatedAt: timeOf(12), version: 12 });
  });

  it('moves on with a rejection, which takes nothing', () => {
    expect(viewOf(rejected('o-1', 6, 0))).toEqual({
      sku,
      onHand: 0,
      reserved: 0,
      backordered: 0,
      updatedAt: timeOf(1),
      version: 1,
    });
  });
});
