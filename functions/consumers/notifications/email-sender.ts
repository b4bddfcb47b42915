import type { Runtime } from '#kit/config/runtime.ts';
import type { EmailSender } from './email.ts';
import { createReadModelSender } from './read-model-sender.ts';
import { createSesSender } from './ses-sender.ts';

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
