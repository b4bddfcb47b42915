import * as z from 'zod';
import type { CustomsDeclarationStatus } from '#domain/customs-declaration.ts';
import type { FraudReviewStatus } from '#domain/fraud-review.ts';
import type { RiskReason } from '#domain/risk-score.ts';
import { withoutStorageKeys } from '#kit/projections/keys.ts';
import * as fields from './dto-fields.ts';
import { withMajorUnits } from './major-units.ts';
import { orderItem } from './order-dto.ts';

const fraudReviewStatus = z
  .enum(['open', 'approved', 'rejected', 'closed'] satisfies FraudReviewStatus[])
  .meta({ id: 'FraudReviewStatus', description: 'open → approved or rejected; closed without a decision' });

const customsDeclarationStatus = z
  .enum(['open', 'cleared', 'refused', 'closed'] satisfies CustomsDeclarationStatus[])
  .meta({
    id: 'CustomsDeclarationStatus',
    description: 'open → cleared or refused; closed without a decision',
  });

/** What became of a review or declaration. What an earlier release opened has none of these. */
const decision = {
  dueAt: fields.timestamp.optional().meta({ description: 'When staff are told that nobody has decided' }),
  createdAt: fields.timestamp,
  updatedAt: fields.timestamp.optional(),
  escalatedAt: fields.timestamp.optional().meta({ description: 'When staff were told' }),
  decidedAt: fields.timestamp.optional(),
  decidedBy: z.string().optional().meta({ description: "Who decided: a token's `sub`" }),
  note: z.string().optional().meta({ description: 'What they wrote' }),
  closedReason: z.string().optional().meta({ description: '`order_cancelled` or `order_shipped`' }),
  version: fields.version.optional(),
};

const rule = z.enum([
  'high_value',
  'foreign_country',
  'bulk_quantity',
  'several_of_high_price',
  'many_products',
] satisfies RiskReason['rule'][]);

export const fraudReview = z
  .object({
    orderId: fields.orderId,
    customerId: fields.customerId,
    total: fields.money,
    currency: fields.currency,
    country: fields.country,
    status: fraudReviewStatus,
    score: z.int().min(0).max(100).meta({ description: "The sum of the reasons' points, 100 at most" }),
    level: z.enum(['low', 'medium', 'high']),
    reasons: z.array(z.object({ rule, points: z.int().positive() })),
    ...decision,
  })
  .meta({ id: 'FraudReview' });

export const customsDeclaration = z
  .object({
    orderId: fields.orderId,
    customerId: fields.customerId,
    country: fields.country,
    currency: fields.currency,
    value: fields.money,
    items: z.array(orderItem),
    status: customsDeclarationStatus,
    ...decision,
  })
  .meta({ id: 'CustomsDeclaration' });

/** What a decision answers. `version` is that of the review. */
export const fraudReviewChanged = z
  .object({ orderId: fields.orderId, version: fields.version, status: fraudReviewStatus })
  .meta({ id: 'FraudReviewChanged' });

/** What a decision answers. `version` is that of the declaration. */
export const customsDeclarationChanged = z
  .object({ orderId: fields.orderId, version: fields.version, status: customsDeclarationStatus })
  .meta({ id: 'CustomsDeclarationChanged' });

/** A stored review or declaration as the API shows it. An earlier release called an open declaration `opened`. */
export function toReviewDto(item: object): Record<string, unknown> {
  const view = withoutStorageKeys<Record<string, unknown>>(item);
  return withMajorUnits(view.status === 'opened' ? { ...view, status: 'open' } : view);
}

export const exampleFraudReview = {
  orderId: 'fbdd7f74-f500-51a7-aa8e-e2964f6a9b52',
  customerId: 'ada',
  total: 1299,
  currency: 'USD',
  country: 'US',
  status: 'open',
  score: 20,
  level: 'low',
  reasons: [{ rule: 'high_value', points: 20 }],
  dueAt: '2026-11-24T09:00:00.000Z',
  createdAt: '2026-11-23T09:00:01.000Z',
  updatedAt: '2026-11-23T09:00:01.000Z',
  version: 1,
};

export const exampleCustomsDeclaration = {
  orderId: '5b1f6a44-0a3a-5a57-8f6e-2f4f6f0d8c11',
  customerId: 'ada',
  country: 'FR',
  currency: 'USD',
  value: 57,
  items: [{ sku: 'TEA-01', name: 'Green tea', quantity: 2, unitPrice: 12.5 }],
  status: 'open',
  dueAt: '2026-11-24T09:00:00.000Z',
  createdAt: '2026-11-23T09:00:01.000Z',
  updatedAt: '2026-11-23T09:00:01.000Z',
  version: 1,
};
