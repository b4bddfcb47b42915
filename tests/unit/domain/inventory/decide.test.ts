import { describe, expect, it } from '@jest/globals';
import { MAX_ORDERS_PER_EVENT } from '#domain/inventory/combine.ts';
import { inventoryAggregate, MAX_WAITING } from '#domain/inventory/decisions.ts';
import type { InventoryEvent } from '#domain/inventory/events.ts';
import { specificationOf } from '#tests/support/given-when-then.ts';
import {
  adjust,
  adjusted,
  backordered,
  filled,
  givenUp,
  issue,
  issued,
  receive,
  received,
  rejected,
  release,
  released,
  reserve,
  reserved,
  sku,
} from './examples.ts';

const given = specificationOf(inventoryAggregate);
const { decide, evolve, initialState } = inventoryAggregate;

describe('receiving stock', () => {
  it('begins with nothing', () => given().when(receive(5)).thenEvents(received(5)));
  it('adds, every time', () => given(received(5)).when(receive(5)).thenEvents(received(5)));

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('takes a count only, not %d', (quantity) =>
    given().when(receive(quantity)).thenRejected('quantity_not_positive'),
  );

  it('ends where numbers would lose precision', () => {
    given(received(1e12 - 1))
      .when(receive(1))
      .thenEvents(received(1));
    given(received(1e12)).when(receive(1)).thenRejected('stock_too_large');
  });
});

describe('adjusting stock', () => {
  it('corrects the books in both directions', () => {
    given(received(5)).when(adjust(-5)).thenEvents(adjusted(-5));
    given(received(5)).when(adjust(2)).thenEvents(adjusted(2));
    given().when(adjust(2)).thenEvents(adjusted(2));
  });

  it('never takes what is reserved', () => {
    given(received(5), reserved('o-1', 3)).when(adjust(-2)).thenEvents(adjusted(-2));
    given(received(5), reserved('o-1', 3)).when(adjust(-3)).thenRejected('stock_below_reserved');
    given().when(adjust(-1)).thenRejected('stock_below_reserved');
  });

  it.each([0, 0.5, Number.NaN])('is by a whole number other than 0, not %d', (by) =>
    given(received(5)).when(adjust(by)).thenRejected('adjustment_invalid'),
  );

  it('ends where numbers would lose precision', () =>
    given(received(1e12)).when(adjust(1)).thenRejected('stock_too_large'));
});

describe('reserving stock', () => {
  it('takes what is there, to the last one', () => {
    given(received(5)).when(reserve('o-1', 5)).thenEvents(reserved('o-1', 5));
    given(received(5), reserved('o-1', 3)).when(reserve('o-2', 2)).thenEvents(reserved('o-2', 2));
  });

  it('is rejected as a whole when it asks for more, and tells what there is', () =>
    given(received(5), reserved('o-1', 3))
      .when(reserve('o-2', 3))
      .thenEvents(rejected('o-2', 3, 2)));

  it('again yields nothing', () =>
    given(received(5), reserved('o-1', 3)).when(reserve('o-1', 3)).thenNothing());

  it('of a SKU that was never received finds nothing', () =>
    given()
      .when(reserve('o-1', 3))
      .thenEvents(rejected('o-1', 3, 0)));

  it('has released stock to give', () =>
    given(received(5), reserved('o-1', 5), released('o-1', 5))
      .when(reserve('o-2', 5))
      .thenEvents(reserved('o-2', 5)));

  it('has no issued stock to give', () =>
    given(received(5), reserved('o-1', 5), issued('o-1', 5))
      .when(reserve('o-2', 1))
      .thenEvents(rejected('o-2', 1, 0)));

  it.each([0, -3, 0.5])('takes a count only, not %d', (quantity) =>
    given(received(5)).when(reserve('o-1', quantity)).thenRejected('quantity_not_positive'),
  );
});

describe('a back order', () => {
  it('waits where there is too little, also of what was never received', () => {
    given(received(1))
      .when(reserve('o-1', 2, true))
      .thenEvents(backordered('o-1', 2));
    given()
      .when(reserve('o-1', 2, true))
      .thenEvents(backordered('o-1', 2));
  });

  it('is none where there is enough', () =>
    given(received(2))
      .when(reserve('o-1', 2, true))
      .thenEvents(reserved('o-1', 2)));

  it('again yields nothing', () =>
    given(backordered('o-1', 2))
      .when(reserve('o-1', 2, true))
      .thenNothing());

  it('is filled by what makes it possible: a receipt, a correction, a cancellation', () => {
    const waiting = [received(3), reserved('o-1', 3), backordered('o-2', 2)];
    given(...waiting)
      .when(receive(2))
      .thenEvents(received(2), filled('o-2', 2));
    given(...waiting)
      .when(adjust(2))
      .thenEvents(adjusted(2), filled('o-2', 2));
    given(...waiting)
      .when(release('o-1'))
      .thenEvents(released('o-1', 3), filled('o-2', 2));
    given(...waiting)
      .when(receive(1))
      .thenEvents(received(1));
  });

  it('is filled in the order in which it came; one that wants more than there is lets others pass', () =>
    given(backordered('o-1', 2), backordered('o-2', 5), backordered('o-3', 1), backordered('o-4', 1))
      .when(receive(3))
      .thenEvents(received(3), {
        eventType: 'BackorderFilled',
        data: {
          sku,
          orders: [
            { orderId: 'o-1', quantity: 2 },
            { orderId: 'o-3', quantity: 1 },
          ],
        },
      }));

  it('waits no more when its order is cancelled', () =>
    given(backordered('o-1', 2)).when(release('o-1')).thenEvents(givenUp('o-1', 2)));

  it('is taken by as many orders as one receipt can fill', () => {
    const orders = Array.from({ length: MAX_WAITING }, (_, n) => ({ orderId: `o-${n}`, quantity: 1 }));
    const full: InventoryEvent = { eventType: 'StockBackordered', data: { sku, orders } };
    given(full)
      .when(reserve('one-more', 1, true))
      .thenEvents(rejected('one-more', 1, 0));
    const state = evolve(initialState, full);
    const events = decide(receive(MAX_WAITING), state);
    // One transaction takes 100.
    expect(events).toHaveLength(1 + MAX_WAITING / MAX_ORDERS_PER_EVENT);
    expect(events.reduce(evolve, state)).toMatchObject({ reserved: MAX_WAITING, waiting: [] });
  });
});

describe('releasing stock', () => {
  it('gives back all that the order had', () =>
    given(received(5), reserved('o-1', 3), reserved('o-2', 1))
      .when(release('o-1'))
      .thenEvents(released('o-1', 3)));

  it.each<[string, InventoryEvent[]]>([
    ['of a SKU that was never received', []],
    ['for an order that has none', [received(5), reserved('o-2', 1)]],
    ['for an order that was rejected', [received(5), rejected('o-1', 6, 5)]],
    ['for an order that took it with it', [received(5), reserved('o-1', 3), issued('o-1', 3)]],
    ['again', [received(5), reserved('o-1', 3), released('o-1', 3)]],
  ])('%s yields nothing', (_, events) =>
    given(...events)
      .when(release('o-1'))
      .thenNothing(),
  );
});

describe('issuing stock', () => {
  it('takes what the order had out of the books', () =>
    given(received(5), reserved('o-1', 3), reserved('o-2', 1))
      .when(issue('o-1'))
      .thenEvents(issued('o-1', 3)));

  it('again, or for an order that has none, yields nothing', () => {
    given(received(5), reserved('o-1', 3), issued('o-1', 3)).when(issue('o-1')).thenNothing();
    given(received(5)).when(issue('o-1')).thenNothing();
    given(backordered('o-1', 3)).when(issue('o-1')).thenNothing();
  });
});
