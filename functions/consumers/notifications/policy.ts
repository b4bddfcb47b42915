import { customerAggregate } from '#domain/customer.ts';
import type { DomainEvent } from '#domain/index.ts';
import { type Asking, type Policy, stateOf } from '#kit/events/policy.ts';
import {
  type Message,
  messageOf,
  type NotifiedEvent,
  type StaffEvent,
  type StaffMessage,
  staffMessageOf,
} from './messages.ts';

export type Notification =
  /** `to` is absent where the customer never registered: then nobody knows an address. */
  (Message & { audience: 'customer'; to?: string }) | (StaffMessage & { audience: 'staff' });

/** Tells the customer of what happens to their order, and staff of what waits for them. */
export const notifications: Policy<DomainEvent, Notification | undefined> = {
  consumer: 'notifications',
  on: {
    OrderCreated: tell,
    OrderShipped: tell,
    OrderDelivered: tell,
    OrderCancelled: tell,
    PaymentDeclined: tell,
    PaymentRefunded: tell,
    RefundFailed: tellStaff,
    PaymentChargedBack: tellStaff,
    PaymentReportParked: tellStaff,
    FraudReviewEscalated: tellStaff,
    CustomsDeclarationEscalated: tellStaff,
  },
};

// The stream and not the view: a customer may order before the projection has seen them.
function* tell(event: NotifiedEvent): Asking<Notification | undefined> {
  const message = messageOf(event);
  if (!message) return undefined;
  const customer = yield* stateOf(customerAggregate, message.customerId);
  const notification = { ...message, audience: 'customer' as const };
  return customer.status === 'none' ? notification : { ...notification, to: customer.email };
}

function tellStaff(event: StaffEvent): Notification {
  return { ...staffMessageOf(event), audience: 'staff' };
}
