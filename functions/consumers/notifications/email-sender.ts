import type { Runtime } from '../../../shared/config/runtime.ts';
import { createReadModelSender } from './read-model-sender.ts';
import { createSesSender } from './ses-sender.ts';

export interface Email {
  /** Absent where the customer never registered: then nobody knows an address. */
  to?: string;
  customerId: string;
  orderId: string;
  subject: string;
  text: string;
  /** The event that it tells of: one event, one email. */
  eventId: string;
  eventType: string;
}

/** The way out to the customer. A throw means: not sent, as far as the sender knows; try again. */
export interface EmailSender {
  send(email: Email): Promise<void>;
}

export class UnknownEmailSender extends Error {
  override readonly name = 'UnknownEmailSender';
}

const senders: Readonly<Record<string, (runtime: Runtime) => EmailSender>> = {
  'read-model': createReadModelSender,
  ses: (runtime) => createSesSender(runtime),
};

/** The sender that the setting EMAIL_SENDER names: `read-model` or `ses`. */
export function emailSenderOf(runtime: Runtime): EmailSender {
  const name = runtime.setting('EMAIL_SENDER');
  const create = Object.hasOwn(senders, name) ? senders[name] : undefined;
  if (!create) {
    throw new UnknownEmailSender(`EMAIL_SENDER is ${name}, not one of ${Object.keys(senders).join(', ')}`);
  }
  return create(runtime);
}
