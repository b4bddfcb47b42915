import { putIfAbsent } from '#kit/aws/put-if-absent.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { notificationKey } from '#read-model/keys.ts';
import type { EmailSender } from './email.ts';

/** Keeps the emails where GET /notifications shows them; sends none. Exactly one for each event. AWS calls: a conditional put. */
export const createReadModelSender = (runtime: Runtime): EmailSender => ({
  recognisesRepeats: true,
  async send({ about, ...email }) {
    await putIfAbsent(runtime, {
      ...notificationKey(email.orderId, email.eventId),
      ...email,
      sentAt: new Date(runtime.now()).toISOString(),
    });
  },
});
