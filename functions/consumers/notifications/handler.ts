import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { application, type ShopRuntime } from '#application';
import { customerAggregate, type StoredCustomerEvent } from '#domain/customer.ts';
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

// The stream and not the view: a customer may order, or have another address, before the projection has seen it.
async function emailOf(runtime: Runtime, customerId: string): Promise<string | undefined> {
  const { evolve, initialState, type } = customerAggregate;
  const events = await load<StoredCustomerEvent>(runtime, streamIdOf(type, customerId));
  const customer = events.reduce(evolve, initialState);
  return customer.status === 'none' ? undefined : customer.email;
}
