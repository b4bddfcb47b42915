import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { application, type ShopRuntime } from '#application';
import type { DomainEvent } from '#domain/index.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { load } from '#kit/event-store/load.ts';
import { streamIdOf } from '#kit/events/event.ts';
import { createConsumer } from '#kit/messaging/consume.ts';
import { each } from '#kit/messaging/handle-batch.ts';
import { createIdempotentEffect } from '#kit/messaging/idempotency.ts';
import { logContextOf } from '#kit/observability/log-context.ts';
import type { EmailSender } from './email.ts';
import { emailSenderOf } from './email-sender.ts';
import { messageOf } from './messages.ts';

/** Tells the customer, once for each event. AWS calls: two for the idempotency, one query for the address, the email. */
export const createHandler = (
  runtime: ShopRuntime,
  senderOf: (runtime: ShopRuntime) => EmailSender = emailSenderOf,
) => {
  let sender: EmailSender | undefined;
  return (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<SQSBatchResponse> => {
    const consume = createConsumer(runtime, async (deliveries) => {
      sender ??= senderOf(runtime);
      const { send } = sender;
      const once = createIdempotentEffect(runtime, context);
      const notify = each(async (cause: DomainEvent) => {
        const message = messageOf(cause);
        if (!message) return;
        await once(cause.eventId, async () => {
          const to = await emailOf(runtime, message.customerId);
          const { eventId, eventType } = cause;
          const about = logContextOf(cause);
          await send({ ...message, ...(to === undefined ? {} : { to }), eventId, eventType, about });
        });
      });
      return notify(deliveries);
    });
    return consume(event);
  };
};

export const handler = createHandler(createRuntime(application));

// The stream and not the view: a customer may order before the projection has seen them. The first event has the
// address, and none changes it.
async function emailOf(runtime: Runtime, customerId: string): Promise<string | undefined> {
  const [first] = await load<DomainEvent>(runtime, streamIdOf('customer', customerId), { limit: 1 });
  return first?.eventType === 'CustomerRegistered' ? first.data.email : undefined;
}
