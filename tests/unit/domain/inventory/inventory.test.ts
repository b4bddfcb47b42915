import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  type InventoryCommand,
  type InventoryEvent,
  inventoryAggregate,
  reservationOf,
  type StockView,
  stockView,
} from '#domain/inventory.ts';
import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import { specificationOf } from '#tests/support/given-when-then.ts';
import { storedStream, timeOf } from '#tests/support/stored-events.ts';

const given = specificationOf(inventoryAggregate);
const { decide, evolve, initialState } = inventoryAggregate;
const sku = 'PEN';

const received = (quantity: number): InventoryEvent => ({
  eventType: 'StockReceived',
  data: { sku, quantity },
});
const reserved = (orderId: string, quantity: number): InventoryEvent => ({
  eventType: 'StockReserved',
  data: { sku, orderId, quantity },
});
const rejected = (orderId: string, quantity: number, available: number): InventoryEvent => ({
  eventType: 'StockRejected',
  data: { sku, orderId, quantity, available },
});
const released = (orderId: string, quantity: number): InventoryEvent => ({
  eventType: 'StockReleased',
  data: { sku, orderId, quantity },
});

const receive = (quantity: number) => ({ type: 'receive', sku, quantity }) as const;
const reserve = (orderId: string, quantity: number) => ({ type: 'reserve', sku, orderId, quantity }) as const;
const release = (orderId: string) => ({ type: 'release', sku, orderId }) as const;

describe('receiving stock', () => {
  it('begins to track the SKU', () => given().when(receive(5)).thenEvents(received(5)));
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

  it('again after a rejection yields nothing, even with new stock: the order is lost', () =>
    given(received(1), rejected('o-1', 3, 1), received(9))
      .when(reserve('o-1', 3))
      .thenNothing());

  it('again after the release yields nothing: a late message must not take stock for a dead order', () =>
    given(received(5), reserved('o-1', 3), released('o-1', 3)).when(reserve('o-1', 3)).thenNothing());

  it('of a SKU that was never received yields nothing', () => given().when(reserve('o-1', 3)).thenNothing());

  it('has released stock to give', () =>
    given(received(5), reserved('o-1', 5), released('o-1', 5))
      .when(reserve('o-2', 5))
      .thenEvents(reserved('o-2', 5)));

  it.each([0, -3, 0.5])('takes a count only, not %d', (quantity) =>
    given(received(5)).when(reserve('o-1', quantity)).thenRejected('quantity_not_positive'),
  );
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
    ['again', [received(5), reserved('o-1', 3), released('o-1', 3)]],
  ])('%s yields nothing', (_, events) =>
    given(...events)
      .when(release('o-1'))
      .thenNothing(),
  );
});

describe('whether an order has its stock', () => {
  it.each<['none' | 'reserved' | 'rejected', string, InventoryEvent[]]>([
    ['none', 'was never received', []],
    ['none', 'was never asked for', [received(5), reserved('o-2', 1)]],
    ['reserved', 'is reserved, whoever came after', [received(5), reserved('o-1', 3), reserved('o-2', 1)]],
    ['rejected', 'was short', [received(5), rejected('o-1', 6, 5), reserved('o-2', 1)]],
    ['none', 'was released', [received(5), reserved('o-1', 3), released('o-1', 3)]],
  ])('%s: the SKU %s', (answer, _, events) => {
    expect(reservationOf(events.reduce(evolve, initialState), 'o-1')).toBe(answer);
  });
});

describe('the state of a SKU', () => {
  it.each([
    ['a reservation of an untracked SKU', [reserved('o-1', 1)]],
    ['a reservation of more than there is', [received(1), reserved('o-1', 2)]],
    ['a release of more than is reserved', [received(1), released('o-1', 1)]],
  ])('cannot follow from %s', (_, events) => {
    expect(() => events.reduce(evolve, initialState)).toThrow(InvalidEventSequence);
  });

  const order = fc.constantFrom('o-1', 'o-2', 'o-3');
  const command: fc.Arbitrary<InventoryCommand> = fc.oneof(
    fc.integer({ min: 1, max: 9 }).map(receive),
    fc.tuple(order, fc.integer({ min: 1, max: 9 })).map(([orderId, quantity]) => reserve(orderId, quantity)),
    order.map(release),
  );

  it('never promises more than there is, and the view agrees with it', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 20 }), (commands) => {
        const stream: InventoryEvent[] = [];
        let state = initialState;
        for (const next of commands) {
          const events = decide(next, state);
          state = events.reduce(evolve, state);
          stream.push(...events);
          expect(state.reserved).toBeGreaterThanOrEqual(0);
          expect(state.reserved).toBeLessThanOrEqual(state.onHand);
        }
        const view = storedStream('inventory', sku, stream).reduce<StockView | undefined>(
          stockView,
          undefined,
        );
        expect(view?.onHand ?? 0).toBe(state.onHand);
        expect(view?.reserved ?? 0).toBe(state.reserved);
      }),
    );
  });

  it('of a popular SKU folds in the time of its events, not of their square', () => {
    const orders = 50_000;
    const stream = [received(orders)];
    for (let n = 0; n < orders; n++) stream.push(reserved(`o-${n}`, 1));
    const state = stream.reduce(evolve, initialState);
    expect(state.reserved).toBe(orders);
    expect(reservationOf(state, 'o-0')).toBe('reserved');
  }, 5_000);
});

describe('the stock view', () => {
  const viewOf = (...events: InventoryEvent[]) =>
    storedStream('inventory', sku, events).reduce<StockView | undefined>(stockView, undefined);

  it('counts what is on hand and what of it is reserved', () => {
    expect(
      viewOf(received(5), reserved('o-1', 3), received(2), released('o-1', 3), reserved('o-2', 1)),
    ).toEqual({
      sku,
      onHand: 7,
      reserved: 1,
      updatedAt: timeOf(5),
      version: 5,
    });
  });

  it('moves on with a rejection, which takes nothing', () => {
    expect(viewOf(received(5), rejected('o-1', 6, 5))).toEqual({
      sku,
      onHand: 5,
      reserved: 0,
      updatedAt: timeOf(2),
      version: 2,
    });
  });

  it('has no beginning but StockReceived', () => {
    expect(() => viewOf(reserved('o-1', 1))).toThrow(InvalidEventSequence);
  });
});
