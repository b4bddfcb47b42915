import type { Runtime } from '../../../shared/config/runtime.ts';
import { CommandRejected } from '../../../shared/domain/command-rejected.ts';
import type { DomainEvent } from '../../../shared/domain/events.ts';
import { paymentAggregate } from '../../../shared/domain/payment/payment.ts';
import { handleCommand } from '../../../shared/event-store/handle-command.ts';
import { consumerCommand } from '../../../shared/messaging/consumer-command.ts';

/** Refunds the payment because of `cause`. That it has been refunded before, for whatever cause, is just as good. */
export async function refundPayment(
  runtime: Runtime,
  paymentId: string,
  reason: string,
  cause: DomainEvent,
): Promise<void> {
  try {
    await handleCommand(runtime, paymentAggregate, {
      aggregateId: paymentId,
      command: { type: 'refund', reason },
      metadata: consumerCommand(runtime, cause),
    });
  } catch (error) {
    if (error instanceof CommandRejected && error.rule === 'payment_already_refunded') return;
    throw error;
  }
}
