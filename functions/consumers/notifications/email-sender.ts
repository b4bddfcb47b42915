import type { ShopRuntime } from '#application';
import type { EmailSender } from './email.ts';
import { createReadModelSender } from './read-model-sender.ts';
import { createSesSender } from './ses-sender.ts';

const senders = {
  'read-model': createReadModelSender,
  ses: (runtime: ShopRuntime) => createSesSender(runtime),
};

/** The sender that the setting EMAIL_SENDER names: `read-model` or `ses`. */
export const emailSenderOf = (runtime: ShopRuntime): EmailSender =>
  senders[runtime.setting('EMAIL_SENDER')](runtime);
