import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { registry } from '#domain/index.ts';
import { type OrderCommand, orderAggregate, orderRules } from '#domain/order/decisions.ts';
import type { OrderEvent } from '#domain/order/events.ts';
import { CommandRejected } from '#kit/events/command-rejected.ts';
import { place } from './examples.ts';

const command: fc.Arbitrary<OrderCommand> = fc.oneof(
  fc.constant(place),
  fc.record({
    type: fc.constant('pay' as const),
    paymentId: fc.constantFrom('pay-1', 'pay-2'),
    amount: fc.constantFrom(1_847, 1_847, 1),
    currency: fc.constantFrom('USD', 'USD', 'EUR'),
  }),
  fc.record({
    type: fc.constant('ship' as const),
    carrier: fc.constant('UPS'),
    trackingNumber: fc.constantFrom('1Z', '2Z'),
  }),
  fc.constant({ type: 'deliver' as const }),
  fc.record({ type: fc.constant('cancel' as const), reason: fc.constantFrom('bored', 'out_of_stock') }),
);

const LIVES = new Set([
  '',
  'OrderCreated',
  'OrderCreated OrderPaid',
  'OrderCreated OrderPaid OrderShipped',
  'OrderCreated OrderPaid OrderShipped OrderDelivered',
  'OrderCreated OrderCancelled',
  'OrderCreated OrderPaid OrderCancelled',
]);

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
      expect(LIVES).toContain(stream.map(({ eventType }) => eventType).join(' '));

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
