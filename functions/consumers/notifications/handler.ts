import { application, type ShopRuntime } from '#application';
import type { DomainEvent } from '#domain/index.ts';
import { dynamoClient, sqsClient } from '#kit/aws/clients.ts';
import { createRuntime } from '#kit/config/runtime.ts';
import { createEffectConsumer } from '#kit/messaging/effect-consumer.ts';
import { logContextOf } from '#kit/observability/log-context.ts';
import type { EmailSender } from './email.ts';
import { emailSenderOf } from './email-sender.ts';
import { type Notification, notifications } from './policy.ts';

/** AWS calls: one query for the address, the email; two for the idempotency, where the sender does not recognise repeats. */
export const createHandler = (
  runtime: ShopRuntime,
  senderOf: (runtime: ShopRuntime) => EmailSender = emailSenderOf,
) => {
  // At the first batch: who imports this module need not have the settings of a sender.
  let consume: ReturnType<typeof consumerOf> | undefined;
  return (...batch: Parameters<ReturnType<typeof consumerOf>>) => {
    consume ??= consumerOf(runtime, senderOf(runtime));
    return consume(...batch);
  };
};

function consumerOf(runtime: ShopRuntime, sender: EmailSender) {
  const send = (notification: Notification, event: DomainEvent) => {
    const { eventId, eventType } = event;
    const to = notification.audience === 'staff' ? { to: runtime.setting('STAFF_EMAIL') } : {};
    return sender.send({ ...notification, ...to, eventId, eventType, about: logContextOf(event) });
  };
  const repeatable = sender.recognisesRepeats ?? false;
  return createEffectConsumer(runtime, notifications, Object.assign(send, { repeatable }));
}

export const handler = createHandler(
  createRuntime(application, { dynamo: dynamoClient(), sqs: sqsClient() }),
);
