import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { registry } from '#domain/index.ts';
import { type OrderCommand, orderAggregate, orderRules } from '#domain/order/decisions.ts';
import type { OrderEvent } from '#domain/order/events.ts';
import { paidAmount } from '#domain/order/state.ts';
import { CommandRejected } from '#kit/events/command-rejected.ts';
import { DUE, place } from './examples.ts';

const command: fc.Arbitrary<OrderCommand> = fc.oneof(
  fc.constant(place),
  fc.record({
    type: fc.constant('applyCapture' as const),
    paymentId: fc.constantFrom('pay-1', 'pay-2'),
    captureId: fc.constantFrom('c-1', 'c-2'),
    amount: fc.constantFrom(1_847, 1_000, 847),
    currency: fc.constantFrom('USD', 'USD', 'EUR'),
  }),
  fc.record({
    type: fc.constant('ship' as const),
    carrier: fc.constant('UPS'),
    trackingNumber: fc.constantFrom('1Z', '2Z'),
  }),
  fc.constant({ type: 'releaseHold' as const, hold: 'stock' as const, by: 'consumer:inventory' }),
  fc.constant({ type: 'expire' as const, dueAt: DUE }),
  fc.constant({ type: 'deliver' as const }),
  fc.record({ type: fc.constant('cancel' as const), reason: fc.constantFrom('bored', 'out_of_stock') }),
);

// Payment and the release of holds come in any order; shipment needs both.
const LIFE =
  /^(|OrderCreated( OrderPaymentReceived)*( OrderHoldReleased)?( OrderPaymentReceived)*( OrderCancelled)?|OrderCreated( OrderPaymentReceived)*( OrderHoldReleased)?( OrderPaymentReceived)* OrderPaid( OrderHoldReleased)?( OrderCancelled)?|OrderCreated( OrderPaymentReceived)*( OrderHoldReleased)?( OrderPaymentReceived)* OrderPaid( OrderHoldReleased)? OrderShipped( OrderDelivered)?)$/;

it('leads one of the allowed lives whatever is commanded, and a command that was taken can be retried', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 12 }), (commands) => {
      const stream: OrderEvent[] = [];
      let state = orderAggregate.initialState;
      for (const next of commands) {
        const events = decidedOn(next);
        events.forEach(registry.checkNewEvent);
        stream.push(...events);
        state = events.reduce(orderAggregate.evolve, state);
        if (events.length > 0 && next.type !== 'place')
          expect(orderAggregate.decide(next, state)).toEqual([]);
      }
      expect(stream.map(({ eventType }) => eventType).join(' ')).toMatch(LIFE);
      if (state.status !== 'none') {
        const hasReached = paidAmount(state) === state.total;
        expect(paidAmount(state)).toBeLessThanOrEqual(state.total);
        expect(stream.some(({ eventType }) => eventType === 'OrderPaid')).toBe(hasReached);
      }
      if (state.status === 'shipped' || state.status === 'delivered') expect(state.holds).toEqual([]);

      function decidedOn(next: OrderCommand): OrderEvent[] {
        try {
          return orderAggregate.decide(next, state);
        } catch (error) {
          if (!(error instanceof CommandRejected)) throw error;
          expect(Object.keys(orderRules.messages)).toContain(error.rule);
          return [];
        }
      }
    }),
  );
});
