import { application } from '#application';
import type { DomainEvent } from '#domain/index.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { createConsumer } from '#kit/messaging/consume.ts';
import { each } from '#kit/messaging/handle-batch.ts';
import { createKeyedMutex } from '#kit/messaging/keyed-mutex.ts';
import { payOrder } from './pay-order.ts';
import { refundPayment } from './refund-payment.ts';

/** Pays orders with what was captured for them; what an order cannot take, or not any more, goes back. */
export const createHandler = (runtime: Runtime) => {
  const withLock = createKeyedMutex();
  return createConsumer(
    runtime,
    each(async (event: DomainEvent) => {
      if (event.eventType === 'PaymentCaptured') {
        await withLock(event.data.orderId, () => payOrder(runtime, event));
      }
      if (event.eventType === 'OrderCancelled' && event.data.paymentId !== undefined) {
        await refundPayment(runtime, event.data.paymentId, 'order_cancelled', event);
      }
    }),
  );
};

export const handler = createHandler(createRuntime(application));
