import type { DomainEvent } from '#domain/index.ts';
import { paymentAggregate } from '#domain/payment.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { CommandRejected } from '#kit/events/command-rejected.ts';
import { consumerCommand } from '#kit/messaging/consumer-command.ts';

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
