import { type FraudReviewState, fraudReviewAggregate } from '#domain/fraud-review.ts';
import type { DomainEvent, DomainEventOf } from '#domain/index.ts';
import { toMinor } from '#domain/money.ts';
import { orderAggregate } from '#domain/order/decisions.ts';
import { endOfHolds } from '#domain/order/holds.ts';
import { riskScore } from '#domain/risk-score.ts';
import { commandTo, issue, type Policy, type PolicyCommand, stateOf } from '#kit/events/policy.ts';

export interface FraudReviewSettings {
  /** In major units. */
  highValueThreshold: string;
  homeCountry: string;
  reviewHours: number;
}

/** Opens a review with a risk score for each order of high value. An order that waits for nothing any more has it closed. */
export const fraudReview = (settings: FraudReviewSettings): Policy<DomainEvent> => ({
  consumer: 'fraud-review',
  on: {
    *OrderCreated(created) {
      yield* issue(open(created, settings));
      // The cancellation may have come first and found no review to close. Read after the review was opened: a
      // cancellation that is not in the stream yet has its message still ahead of it.
      const reason = endOfHolds(yield* stateOf(orderAggregate, created.aggregateId));
      if (reason === undefined) return [];
      return [commandTo(fraudReviewAggregate, created.aggregateId, { type: 'close', reason })];
    },
  },
});

const HOUR_MS = 3_600_000;

function open(
  { aggregateId: orderId, data, metadata }: DomainEventOf<'OrderCreated'>,
  { highValueThreshold, homeCountry, reviewHours }: FraudReviewSettings,
): PolicyCommand<FraudReviewState> {
  const { customerId, total, currency, shippingAddress } = data;
  const risk = riskScore(data, { highValueThreshold: toMinor(highValueThreshold, currency), homeCountry });
  const { country } = shippingAddress;
  const dueAt = new Date(Date.parse(metadata.timestamp) + reviewHours * HOUR_MS).toISOString();
  return commandTo(
    fraudReviewAggregate,
    orderId,
    { type: 'open', orderId, customerId, total, currency, country, ...risk, dueAt },
    { creates: true },
  );
}
