import { expect, test } from '@jest/globals';
import { customerRules } from '#domain/customer.ts';
import { customsDeclarationRules } from '#domain/customs-declaration.ts';
import { fraudReviewRules } from '#domain/fraud-review.ts';
import { inventoryRules } from '#domain/inventory/decisions.ts';
import { orderRules } from '#domain/order/decisions.ts';
import { paymentRules } from '#domain/payment/decisions.ts';
import { productRules } from '#domain/product.ts';
import type { Rules } from '#kit/events/command-rejected.ts';

const all = {
  customer: customerRules,
  'customs-declaration': customsDeclarationRules,
  'fraud-review': fraudReviewRules,
  inventory: inventoryRules,
  order: orderRules,
  payment: paymentRules,
  product: productRules,
} as const;

// HTTP makes 404, 409 or 422 of a kind; of anything else it would make nothing.
test.each(Object.entries(all))(
  'Every rule of %s has a kind that HTTP knows, and a text for people',
  (_, given) => {
    const rules = given as Rules<string>;
    const rejections = Object.keys(rules.messages).map((rule) => rules.reject(rule));
    expect(rejections.length).toBeGreaterThan(0);
    for (const { rule, kind, message } of rejections) {
      expect([rule, kind === 'not-found']).toEqual([rule, rule.endsWith('_not_found')]);
      expect(['not-found', 'invalid-input', 'conflict']).toContain(kind);
      expect(message).toMatch(/^\S.*\S\.$/);
    }
  },
);
