import { describe, expect, test } from '@jest/globals';
import type { DomainEventOf } from '#domain/index.ts';
import { riskScore } from '#domain/risk-score.ts';
import { nothingHeld } from '#tests/support/streams.ts';

type Order = DomainEventOf<'OrderCreated'>['data'];
type Item = Order['items'][number];

const settings = { highValueThreshold: 100_000, homeCountry: 'US' };

function order(items: Partial<Item>[], country = 'US'): Order {
  const full = items.map((item, index) => ({
    sku: `S-${index}`,
    name: 'Thing',
    quantity: 1,
    unitPrice: 100,
    tracked: true,
    backorder: false,
    ...item,
  }));
  return {
    customerId: 'ada',
    items: full,
    total: full.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0),
    currency: 'USD',
    shippingAddress: { line1: '1 Main St', city: 'Springfield', postalCode: '01101', country },
    ...nothingHeld,
  };
}

const reasonsOf = (given: Order) =>
  Object.fromEntries(riskScore(given, settings).reasons.map(({ rule, points }) => [rule, points]));

describe('The risk of an order', () => {
  test.each([
    [99_999, undefined],
    [100_000, 20],
    [199_999, 20],
    [200_000, 30],
    [500_000, 40],
    [999_999, 40],
    [1_000_000, 50],
  ])('a total of %d is worth %s points', (unitPrice, points) => {
    expect(reasonsOf(order([{ unitPrice }])).high_value).toBe(points);
  });

  test('a country other than that of the shop counts, its own does not', () => {
    expect(reasonsOf(order([{}], 'DE'))).toEqual({ foreign_country: 20 });
    expect(reasonsOf(order([{}], 'US'))).toEqual({});
  });

  test.each([
    [9, undefined],
    [10, 15],
    [49, 15],
    [50, 30],
  ])('%d pieces of a SKU, on however many lines, are worth %s points', (pieces, points) => {
    const items = [
      { sku: 'A', quantity: pieces - 1 },
      { sku: 'A', quantity: 1 },
    ];
    expect(reasonsOf(order(items)).bulk_quantity).toBe(points);
  });

  test('pieces of different SKUs do not add up to bulk', () => {
    expect(reasonsOf(order([{ quantity: 9 }, { quantity: 9 }]))).toEqual({});
  });

  test.each([
    [1, 50_000, undefined],
    [2, 49_999, undefined],
    [2, 50_000, 10],
    [4, 50_000, 10],
    [5, 50_000, 25],
  ])('%d pieces at %d each are worth %s points', (quantity, unitPrice, points) => {
    expect(reasonsOf(order([{ quantity, unitPrice }])).several_of_high_price).toBe(points);
  });

  test('twenty different products count', () => {
    expect(reasonsOf(order(Array.from({ length: 20 }, () => ({}))))).toEqual({ many_products: 10 });
    expect(reasonsOf(order(Array.from({ length: 19 }, () => ({}))))).toEqual({});
  });

  test.each([
    [order([{ unitPrice: 100_000 }]), 20, 'low'],
    [order([{ unitPrice: 100_000 }], 'DE'), 40, 'medium'],
    [order([{ unitPrice: 500_000, quantity: 2 }], 'DE'), 80, 'high'],
    [order([{ unitPrice: 500_000, quantity: 50 }], 'DE'), 100, 'high'],
  ])('the score is the sum of the reasons, 100 at most, and says the level', (given, score, level) => {
    expect(riskScore(given, settings)).toMatchObject({ score, level });
  });
});
