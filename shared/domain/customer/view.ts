import { MisplacedEvent } from '#kit/events/unreadable-event.ts';
import type { StoredCustomerEvent } from './events.ts';

/** A customer as queries show them. Times are ISO 8601, taken from the events. */
export interface CustomerView {
  customerId: string;
  name: string;
  email: string;
  createdAt: string;
  updatedAt: string;
  version: number;
}

/**
 * Applies the next event of a customer's stream; `undefined` is the view before the first. Whether `event`
 * is the next is the caller's business. Throws MisplacedEvent when the stream does not begin with the registration.
 */
export function customerView(view: CustomerView | undefined, event: StoredCustomerEvent): CustomerView {
  const { version, aggregateId: customerId } = event;
  const at = event.metadata.timestamp;
  if (event.eventType === 'CustomerRegistered') {
    const { name, email } = event.data;
    return { customerId, name, email, createdAt: at, updatedAt: at, version };
  }
  if (!view) throw new MisplacedEvent(event.eventType, 'none');
  switch (event.eventType) {
    case 'CustomerRenamed':
      return { ...view, name: event.data.name, updatedAt: at, version };
  }
}
