import type { LogContext } from '#kit/observability/log-context.ts';
import type { Notification } from './policy.ts';

export interface Email extends Notification {
  /** The event that it tells of: one event, one email. */
  eventId: string;
  eventType: string;
  /** What log lines say of that event. */
  about: LogContext;
}

/** The way out to the customer. A throw means: not sent, as far as the sender knows; try again. */
export interface EmailSender {
  send(email: Email): Promise<void>;
}
