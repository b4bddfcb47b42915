import type { Aggregate } from '#kit/events/aggregate.ts';
import { decide, type OrderCommand } from './decide.ts';
import type { OrderEvent } from './events.ts';
import { evolve, type OrderState, type OrderStatus } from './evolve.ts';

export type { OrderCommand, OrderEvent, OrderState, OrderStatus };

/** pending → paid → shipped → delivered; cancelled from pending or paid. */
export const orderAggregate: Aggregate<OrderState, OrderCommand, OrderEvent> = {
  type: 'order',
  initialState: { status: 'none' },
  decide,
  evolve,
};
