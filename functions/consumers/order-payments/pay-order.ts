import type { DomainEventOf } from '#domain/index.ts';
import { orderAggregate } from '#domain/order/decisions.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { load } from '#kit/event-store/load.ts';
import { CommandRejected } from '#kit/events/command-rejected.ts';
import { issueCommand } from '#kit/messaging/consumer-command.ts';
import { refundPayment } from './refund-payment.ts';

/**
 * Pays the order, or refunds the payment with the rule that the order holds against it as the reason. A payment that
 * has gone back already pays for nothing, however late its message is.
 */
export async function payOrder(runtime: Runtime, captured: DomainEventOf<'PaymentCaptured'>): Promise<void> {
  const { aggregateId: paymentId, streamId, version, data } = captured;
  const since = await load(runtime, streamId, { after: version });
  if (since.some(({ eventType }) => eventType === 'PaymentRefunded')) return;
  try {
    await issueCommand(runtime, orderAggregate, captured, {
      aggregateId: data.orderId,
      command: { type: 'pay', paymentId, amount: data.amount, currency: data.currency },
    });
  } catch (error) {
    if (!(error instanceof CommandRejected)) throw error;
    await refundPayment(runtime, paymentId, error.rule, captured);
  }
}
