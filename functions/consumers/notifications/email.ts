import type { LogContext } from '#kit/observability/log-context.ts';
import type { Message } from './messages.ts';
import type { Notification } from './policy.ts';

export interface Email extends Omit<Message, 'customerId'> {
  audience: Notification['audience'];
  /** Absent where it is to staff. */
  customerId?: string;
  /** Absent where nobody knows an address. */
  to?: string;
  /** The event that it tells of: one event, one email. */
  eventId: string;
  eventType: string;
  /** What log lines say of that event. */
  about: LogContext;
}

/** The way out to customers and staff. A throw means: not sent, as far as the sender knows; try again. */
export interface EmailSender {
  send(email: Email): Promise<void>;
}
