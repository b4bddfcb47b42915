import { MisplacedEvent } from '#kit/events/unreadable-event.ts';
import type { PaymentEvent } from './events.ts';

/** Amount in minor units. `reference` is the provider's own id of the payment. */
export interface PaymentFacts {
  orderId: string;
  customerId: string;
  amount: number;
  currency: string;
  reference: string;
}

export type PaymentState =
  | { status: 'none' }
  | (PaymentFacts & { status: 'captured' })
  | (PaymentFacts & { status: 'declined'; reason?: string })
  | (PaymentFacts & { status: 'refunded' });

export type PaymentStatus = Exclude<PaymentState['status'], 'none'>;

/** Throws MisplacedEvent for an event that no history of commands can have led to. */
export function evolve(state: PaymentState, event: PaymentEvent): PaymentState {
  switch (event.eventType) {
    case 'PaymentCaptured':
      if (state.status !== 'none') break;
      return { ...event.data, status: 'captured' };
    case 'PaymentDeclined':
      if (state.status !== 'none') break;
      return { ...event.data, status: 'declined' };
    case 'PaymentRefunded':
      if (state.status !== 'captured') break;
      return { ...state, status: 'refunded' };
    default:
      event satisfies never;
  }
  throw new MisplacedEvent(event.eventType, state.status);
}
