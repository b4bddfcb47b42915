import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { combine, MAX_ORDERS_PER_EVENT } from '#domain/inventory/combine.ts';
import { type InventoryCommand, inventoryAggregate, MAX_WAITING } from '#domain/inventory/decisions.ts';
import type { InventoryEvent } from '#domain/inventory/events.ts';
import { type InventoryState, standingOf, totalOf } from '#domain/inventory/state.ts';
import { type StockView, stockView } from '#domain/inventory/view.ts';
import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import { specificationOf } from '#tests/support/given-when-then.ts';
import { storedStream, timeOf } from '#tests/support/stored-events.ts';

const given = specificationOf(inventoryAggregate);
const { decide, evolve, initialState } = inventoryAggregate;
const sku = 'PEN';

type OfOrders = Exclude<InventoryEvent['eventType'], 'StockReceived' | 'StockAdjusted' | 'StockRejected'>;

const ofOrders =
  <Type extends OfOrders>(eventType: Type) =>
  (orderId: string, quantity: number) => ({ eventType, data: { sku, orders: [{ orderId, quantity }] } });

const received = (quantity: number): InventoryEvent => ({
  eventType: 'StockReceived',
  data: { sku, quantity },
});
const adjusted = (by: number): InventoryEvent => ({
  eventType: 'StockAdjusted',
  data: { sku, by, reason: 'counted' },
});
const reserved = ofOrders('StockReserved');
const released = ofOrders('StockReleased');
const issued = ofOrders('StockIssued');
const backordered = ofOrders('StockBackordered');
const filled = ofOrders('BackorderFilled');
const givenUp = ofOrders('BackorderCancelled');
const rejected = (orderId: string, quantity: number, available: number): InventoryEvent => ({
  eventType: 'StockRejected',
  data: { sku, orders: [{ orderId, quantity, available }] },
});

const receive = (quantity: number) => ({ type: 'receive', sku, quantity }) as const;
const adjust = (by: number) => ({ type: 'adjust', sku, by, reason: 'counted' }) as const;
const reserve = (orderId: string, quantity: number, backorder = false) =>
  ({ type: 'reserve', sku, orderId, quantity, backorder }) as const;
const release = (orderId: string) => ({ type: 'release', sku, orderId }) as const;
const issue = (orderId: string) => ({ type: 'issue', sku, orderId }) as const;

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

describe('the state of a SKU', () => {
  it.each<[string, InventoryEvent[]]>([
    ['a reservation of what was never received', [reserved('o-1', 1)]],
    ['a reservation of more than there is', [received(1), reserved('o-1', 2)]],
    ['a release of what is not reserved', [received(1), released('o-1', 1)]],
    ['an issue of what is not reserved', [received(1), issued('o-1', 1)]],
    ['an adjustment to less than is reserved', [received(2), reserved('o-1', 2), adjusted(-1)]],
    ['a fill of what does not wait', [received(2), filled('o-1', 2)]],
    ['the end of what does not wait', [received(2), givenUp('o-1', 2)]],
  ])('cannot follow from %s', (_, events) => {
    expect(() => events.reduce(evolve, initialState)).toThrow(InvalidEventSequence);
  });

  it.each<['reserved' | 'waiting' | 'none', string, InventoryEvent[]]>([
    ['none', 'was never asked for', [received(5), reserved('o-2', 1)]],
    ['reserved', 'is reserved, whoever came after', [received(5), reserved('o-1', 3), reserved('o-2', 1)]],
    ['waiting', 'is waited for', [backordered('o-1', 3)]],
    ['reserved', 'was waited for', [backordered('o-1', 3), received(5), filled('o-1', 3)]],
    ['none', 'was short', [received(5), rejected('o-1', 6, 5)]],
    ['none', 'was released', [received(5), reserved('o-1', 3), released('o-1', 3)]],
    ['none', 'was issued', [received(5), reserved('o-1', 3), issued('o-1', 3)]],
  ])('tells %s of an order for which it %s', (standing, _, events) => {
    expect(standingOf(events.reduce(evolve, initialState), 'o-1')).toBe(standing);
  });

  const order = fc.constantFrom('o-1', 'o-2', 'o-3', 'o-4');
  const count = fc.integer({ min: 1, max: 9 });
  const command: fc.Arbitrary<InventoryCommand> = fc.oneof(
    count.map(receive),
    fc
      .integer({ min: -9, max: 9 })
      .filter((by) => by !== 0)
      .map(adjust),
    fc.tuple(order, count, fc.boolean()).map((one) => reserve(...one)),
    order.map(release),
    order.map(issue),
  );

  /** Decides them one by one; a command that breaks a rule leaves nothing. */
  function run(commands: readonly InventoryCommand[], each: (state: InventoryState) => void) {
    const stream: InventoryEvent[] = [];
    let state = initialState;
    for (const next of commands) {
      try {
        const events = decide(next, state);
        state = events.reduce(evolve, state);
        stream.push(...events);
      } catch (error) {
        expect(error).toMatchObject({ rule: 'stock_below_reserved' });
      }
      each(state);
    }
    return { stream, state };
  }

  it('never promises more than there is, in any history, and the view agrees with it', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const { stream, state } = run(commands, ({ onHand, reserved: sum, open, waiting }) => {
          expect(sum).toBeGreaterThanOrEqual(0);
          expect(sum).toBeLessThanOrEqual(onHand);
          expect(totalOf(open)).toBe(sum);
          // Whatever waits wants more than is left.
          for (const { quantity } of waiting) expect(quantity).toBeGreaterThan(onHand - sum);
        });
        const view = storedStream('inventory', sku, stream).reduce<StockView | undefined>(
          stockView,
          undefined,
        );
        expect(view?.onHand ?? 0).toBe(state.onHand);
        expect(view?.reserved ?? 0).toBe(state.reserved);
        expect(view?.backordered ?? 0).toBe(totalOf(state.waiting));
      }),
    );
  });

  it('is the same after combined events, which are fewer', () => {
    const sortOf = ({ open, ...rest }: InventoryState) => ({
      ...rest,
      open: [...open].sort((a, b) => (a.orderId < b.orderId ? -1 : 1)),
    });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const { stream, state } = run(commands, () => undefined);
        const combined = combine(stream);
        expect(combined.length).toBeLessThanOrEqual(stream.length);
        expect(sortOf(combined.reduce(evolve, initialState))).toEqual(sortOf(state));
      }),
    );
    const hundred = Array.from({ length: 100 }, (_, n) => reserved(`r-${n}`, 1));
    const short = Array.from({ length: 100 }, (_, n) => rejected(`s-${n}`, 1, 0));
    const mixed = hundred.flatMap((event, n) => [event, short[n] as InventoryEvent]);
    expect(combine(mixed).map(({ eventType }) => eventType)).toEqual(['StockReserved', 'StockRejected']);
  });

  it('holds what is open, and nothing of what is over', () => {
    const stream = [received(1_000)];
    for (let n = 0; n < 1_000; n++) stream.push(reserved(`o-${n}`, 1), issued(`o-${n}`, 1));
    expect(stream.reduce(evolve, initialState)).toEqual({ onHand: 0, reserved: 0, open: [], waiting: [] });
  });
});

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
