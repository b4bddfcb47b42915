import { putIfAbsent } from '#kit/aws/put-if-absent.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { notificationKey } from '#read-model/keys.ts';
import type { Email } from './email.ts';

/**
 * Keeps the email where GET /notifications shows it, exactly one for each event. `sentAt` is the time of this call. AWS
 * calls: a conditional put.
 */
export async function recordEmail(runtime: Runtime, { about, ...email }: Email): Promise<void> {
  await putIfAbsent(runtime, {
    ...notificationKey(email.orderId, email.eventId),
    ...email,
    sentAt: new Date(runtime.now()).toISOString(),
  });
}
