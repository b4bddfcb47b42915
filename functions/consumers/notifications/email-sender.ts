import type { ShopRuntime } from '#application';
import type { EmailSender } from './email.ts';
import { createSesSender } from './ses-sender.ts';

const senders = {
  'read-model': () => undefined,
  ses: (runtime: ShopRuntime) => createSesSender(runtime),
};

/** The sender that the setting EMAIL_SENDER names; none for `read-model`, where emails are recorded and not sent. */
export const emailSenderOf = (runtime: ShopRuntime): EmailSender | undefined =>
  senders[runtime.setting('EMAIL_SENDER')](runtime);
