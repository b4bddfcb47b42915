import type { DomainEventOf } from '#domain/index.ts';
import { type Risk, type RiskSettings, riskScore } from './risk-score.ts';

/** A review as queries show it. Money in minor units; neither name nor address: the order has them. */
export interface FraudReview extends Risk {
  orderId: string;
  customerId: string;
  total: number;
  currency: string;
  country: string;
  status: 'open';
  createdAt: string;
}

export function openReview(
  { aggregateId: orderId, data, metadata }: DomainEventOf<'OrderCreated'>,
  settings: RiskSettings,
): FraudReview {
  const { customerId, total, currency, shippingAddress } = data;
  return {
    orderId,
    customerId,
    total,
    currency,
    country: shippingAddress.country,
    status: 'open',
    ...riskScore(data, settings),
    createdAt: metadata.timestamp,
  };
}
