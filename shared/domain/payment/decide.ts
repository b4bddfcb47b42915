import { CommandRejected } from '#kit/events/command-rejected.ts';
import type { PaymentEvent } from './events.ts';
import type { PaymentFacts, PaymentState } from './evolve.ts';

/** What a payment provider reports. Amount in minor units; `reason` is why it was declined. */
export interface RecordPayment extends PaymentFacts {
  type: 'record';
  outcome: 'captured' | 'declined';
  reason?: string;
}

export type PaymentCommand = RecordPayment | { type: 'refund'; reason: string };

/** Rule → what a person reads. Clients know the rules by name: never rename one. */
export const paymentRules = {
  payment_already_recorded: 'This payment has already been recorded, with another content.',
  payment_not_found: 'There is no such payment.',
  payment_declined: 'This payment was declined: there is nothing to refund.',
  payment_already_refunded: 'This payment has already been refunded.',
} as const;

/** Providers report more than once: the same report again yields nothing, another one breaks a rule. */
export function decide(command: PaymentCommand, state: PaymentState): PaymentEvent[] {
  switch (command.type) {
    case 'record':
      if (state.status === 'none') return [recorded(command)];
      if (!repeats(command, state)) throw broken('payment_already_recorded');
      return [];
    case 'refund':
      return refund(command.reason, state);
  }
}

function recorded({ outcome, reason, ...report }: RecordPayment): PaymentEvent {
  const data = factsOf(report);
  if (outcome === 'captured') return { eventType: 'PaymentCaptured', data };
  return { eventType: 'PaymentDeclined', data: reason === undefined ? data : { ...data, reason } };
}

function refund(reason: string, payment: PaymentState): PaymentEvent[] {
  switch (payment.status) {
    case 'none':
      throw broken('payment_not_found');
    case 'captured': {
      const { orderId, customerId, amount, currency } = payment;
      return [{ eventType: 'PaymentRefunded', data: { orderId, customerId, amount, currency, reason } }];
    }
    case 'declined':
      throw broken('payment_declined');
    case 'refunded':
      throw broken('payment_already_refunded');
  }
}

function repeats(report: RecordPayment, payment: Exclude<PaymentState, { status: 'none' }>): boolean {
  const outcome = payment.status === 'declined' ? 'declined' : 'captured';
  return (
    report.outcome === outcome &&
    report.orderId === payment.orderId &&
    report.customerId === payment.customerId &&
    report.amount === payment.amount &&
    report.currency === payment.currency &&
    report.reference === payment.reference
  );
}

const factsOf = ({ orderId, customerId, amount, currency, reference }: PaymentFacts): PaymentFacts => ({
  orderId,
  customerId,
  amount,
  currency,
  reference,
});

const broken = (rule: keyof typeof paymentRules): CommandRejected =>
  new CommandRejected(rule, paymentRules[rule]);
