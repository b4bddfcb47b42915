import type { DomainEvent } from '#domain/index.ts';

/** Whether the event tells what became of this refund. */
export const isOutcomeOf = (event: DomainEvent, refundId: string): boolean =>
  (event.eventType === 'PaymentRefunded' || event.eventType === 'RefundFailed') &&
  event.data.refundId === refundId;
