import type { Aggregate } from '#kit/events/aggregate.ts';
import { decide, type PaymentCommand } from './decide.ts';
import type { PaymentEvent } from './events.ts';
import { evolve, type PaymentState, type PaymentStatus } from './evolve.ts';

export type { PaymentCommand, PaymentEvent, PaymentState, PaymentStatus };

export const paymentAggregate: Aggregate<PaymentState, PaymentCommand, PaymentEvent> = {
  type: 'payment',
  initialState: { status: 'none' },
  decide,
  evolve,
};
