import type { DomainEvent } from '#domain/index.ts';
import { paymentAggregate } from '#domain/payment.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { CommandRejected } from '#kit/events/command-rejected.ts';
import { issueCommand } from '#kit/messaging/consumer-command.ts';

/** Refunds the payment because of `cause`. That it has been refunded before, for whatever cause, is just as good. */
export async function refundPayment(
  runtime: Runtime,
  paymentId: string,
  reason: string,
  cause: DomainEvent,
): Promise<void> {
  try {
    await issueCommand(runtime, paymentAggregate, cause, {
      aggregateId: paymentId,
      command: { type: 'refund', reason },
    });
  } catch (error) {
    if (error instanceof CommandRejected && error.rule === 'payment_already_refunded') return;
    throw error;
  }
}
