import { customerAggregate } from '#domain/customer.ts';
import type { DomainEvent } from '#domain/index.ts';
import { type Asking, type Policy, stateOf } from '#kit/events/policy.ts';
import { type Message, messageOf, type NotifiedEvent } from './messages.ts';

export interface Notification extends Message {
  /** Absent where the customer never registered: then nobody knows an address. */
  to?: string;
}

/** Tells the customer of what happens to their order. */
export const notifications: Policy<DomainEvent, Notification | undefined> = {
  consumer: 'notifications',
  on: {
    OrderCreated: tell,
    OrderShipped: tell,
    OrderDelivered: tell,
    OrderCancelled: tell,
    PaymentDeclined: tell,
  },
};

// The stream and not the view: a customer may order before the projection has seen them.
function* tell(event: NotifiedEvent): Asking<Notification | undefined> {
  const message = messageOf(event);
  if (!message) return undefined;
  const customer = yield* stateOf(customerAggregate, message.customerId);
  return customer.status === 'none' ? message : { ...message, to: customer.email };
}
