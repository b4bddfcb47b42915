import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { combine } from '#domain/inventory/combine.ts';
import { type InventoryCommand, inventoryAggregate } from '#domain/inventory/decisions.ts';
import type { InventoryEvent } from '#domain/inventory/events.ts';
import { type InventoryState, standingOf, totalOf } from '#domain/inventory/state.ts';
import { type StockView, stockView } from '#domain/inventory/view.ts';
import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import { storedStream } from '#tests/support/stored-events.ts';
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

const { decide, evolve, initialState } = inventoryAggregate;

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
