import { createRuntime, type Runtime } from '../../../shared/config/runtime.ts';
import { createConsumer } from '../../../shared/messaging/consume.ts';
import { each } from '../../../shared/messaging/handle.ts';
import { createInTurn } from '../../../shared/messaging/in-turn.ts';
import { payOrder } from './pay-order.ts';
import { refundPayment } from './refund-payment.ts';

/** Pays orders with what was captured for them; what an order cannot take, or not any more, goes back. */
export const createHandler = (runtime: Runtime) => {
  const inTurn = createInTurn();
  return createConsumer(
    runtime,
    each(async (event) => {
      if (event.eventType === 'PaymentCaptured') {
        await inTurn(event.data.orderId, () => payOrder(runtime, event));
      }
      if (event.eventType === 'OrderCancelled' && event.data.paymentId !== undefined) {
        await refundPayment(runtime, event.data.paymentId, 'order_cancelled', event);
      }
    }),
  );
};

export const handler = createHandler(createRuntime());
