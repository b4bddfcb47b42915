import { application, type ShopRuntime } from '#application';
import { dynamoClient, sqsClient } from '#kit/aws/clients.ts';
import { createRuntime } from '#kit/config/runtime.ts';
import { createEffectConsumer } from '#kit/messaging/effect-consumer.ts';
import { logContextOf } from '#kit/observability/log-context.ts';
import type { EmailSender } from './email.ts';
import { emailSenderOf } from './email-sender.ts';
import { notifications } from './policy.ts';

/** AWS calls: two for the idempotency, one query for the address, the email. */
export const createHandler = (
  runtime: ShopRuntime,
  senderOf: (runtime: ShopRuntime) => EmailSender = emailSenderOf,
) => {
  let sender: EmailSender | undefined;
  return createEffectConsumer(runtime, notifications, (notification, event) => {
    sender ??= senderOf(runtime);
    const { eventId, eventType } = event;
    const to = notification.audience === 'staff' ? { to: runtime.setting('STAFF_EMAIL') } : {};
    return sender.send({ ...notification, ...to, eventId, eventType, about: logContextOf(event) });
  });
};

export const handler = createHandler(
  createRuntime(application, { dynamo: dynamoClient(), sqs: sqsClient() }),
);
