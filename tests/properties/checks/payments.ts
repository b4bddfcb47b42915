import { paymentAggregate } from '#domain/payment/decisions.ts';
import { balanceOf, owedOf } from '#domain/payment/state.ts';
import type { Findings } from './findings.ts';
import type { Seen } from './seen.ts';

/**
 * Money: what an order did not take of a capture is refunded, and so is what a cancelled one took; nothing else is,
 * unless somebody asked for it by hand.
 */
export function checkPayments({ history }: Seen, findings: Findings): void {
  const taken = new Map<string, number>();
  for (const stream of history.streamsOf('order')) {
    if (stream.some(({ eventType }) => eventType === 'OrderCancelled')) continue;
    for (const event of stream) {
      if (event.eventType !== 'OrderPaid' && event.eventType !== 'OrderPaymentReceived') continue;
      const { paymentId, amount } = event.data;
      taken.set(paymentId, (taken.get(paymentId) ?? 0) + amount);
    }
  }
  for (const stream of history.streamsOf('payment')) {
    const [first] = stream;
    if (!first) continue;
    const { aggregateId: paymentId } = first;
    const state = (stream as never[]).reduce(paymentAggregate.evolve, paymentAggregate.initialState);
    if (state.status === 'none') continue;
    const { kept } = balanceOf(state);
    const pays = taken.get(paymentId) ?? 0;
    // Somebody asked for it back by hand, or the bank took it.
    const isTakenBack = stream.some(
      ({ eventType, metadata }) =>
        eventType === 'PaymentChargedBack' ||
        (eventType === 'RefundRequested' && !metadata.userId.startsWith('consumer:')),
    );
    // What could not be refunded waits for staff, who were told.
    if (kept - owedOf(state) > pays)
      findings.add('lost', `payment ${paymentId} keeps ${kept}, of which its order took ${pays}`);
    if (kept < pays && !isTakenBack) {
      findings.add('doubled', `payment ${paymentId} keeps ${kept}, of which its order took ${pays}`);
    }
  }
}

/** Refunds: each one that was requested has an outcome, and is made once; one that was made may still come back. */
export function checkRefunds({ history }: Seen, findings: Findings): void {
  for (const stream of history.streamsOf('payment')) {
    const [made, ended] = [new Map<string, number>(), new Set<string>()];
    for (const event of stream) {
      if (event.eventType !== 'PaymentRefunded' && event.eventType !== 'RefundFailed') continue;
      const { refundId } = event.data;
      ended.add(refundId);
      if (event.eventType === 'PaymentRefunded') made.set(refundId, (made.get(refundId) ?? 0) + 1);
    }
    for (const event of stream) {
      if (event.eventType !== 'RefundRequested') continue;
      if (!ended.has(event.data.refundId))
        findings.add('lost', `refund ${event.data.refundId} of ${event.streamId} has no outcome`);
      if ((made.get(event.data.refundId) ?? 0) > 1)
        findings.add('doubled', `refund ${event.data.refundId} of ${event.streamId} was made twice`);
    }
  }
}
