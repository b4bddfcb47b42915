import { application, type ShopRuntime } from '#application';
import type { DomainEvent } from '#domain/index.ts';
import { dynamoClient, sqsClient } from '#kit/aws/clients.ts';
import { createRuntime } from '#kit/config/runtime.ts';
import { createEffectConsumer, type Perform } from '#kit/messaging/effect-consumer.ts';
import { logContextOf } from '#kit/observability/log-context.ts';
import type { Email, EmailSender } from './email.ts';
import { emailSenderOf } from './email-sender.ts';
import { type Notification, notifications } from './policy.ts';
import { recordEmail } from './record-email.ts';

/**
 * Sends each email where there is a sender, and records it once it is sent: a repeat finds what is missing of the two.
 * AWS calls: one query for the address, a put for the record; with a sender the email, and two calls for the idempotency.
 */
export const createHandler = (
  runtime: ShopRuntime,
  senderOf: (runtime: ShopRuntime) => EmailSender | undefined = emailSenderOf,
) => {
  // At the first batch: who imports this module need not have the settings of a sender.
  let consume: ReturnType<typeof consumerOf> | undefined;
  return (...batch: Parameters<ReturnType<typeof consumerOf>>) => {
    consume ??= consumerOf(runtime, senderOf(runtime));
    return consume(...batch);
  };
};

function consumerOf(runtime: ShopRuntime, sender: EmailSender | undefined) {
  const emailOf = (notification: Notification, event: DomainEvent): Email => {
    const { eventId, eventType } = event;
    const to = notification.audience === 'staff' ? { to: runtime.setting('STAFF_EMAIL') } : {};
    return { ...notification, ...to, eventId, eventType, about: logContextOf(event) };
  };
  const record: Perform<DomainEvent, Notification> = (...told) => recordEmail(runtime, emailOf(...told));
  return createEffectConsumer(runtime, notifications, {
    ...(sender && { once: (...told) => sender.send(emailOf(...told)) }),
    repeatable: record,
  });
}

export const handler = createHandler(
  createRuntime(application, { dynamo: dynamoClient(), sqs: sqsClient() }),
);
