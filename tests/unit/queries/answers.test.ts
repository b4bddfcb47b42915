import { describe, expect, test } from '@jest/globals';
import { withMajorUnits } from '#api/major-units.ts';
import { toOrderDto } from '#api/order-response.ts';

const order = {
  orderId: 'o1',
  customerId: 'ada',
  items: [{ sku: 'MUG', name: 'Mug', quantity: 2, unitPrice: 1_250, tracked: true, backorder: false }],
  total: 2_500,
  currency: 'USD',
  status: 'pending',
  shippingAddress: { line1: '1 Main St', city: 'Springfield', postalCode: '01101', country: 'US' },
  paymentTerms: 'prepaid',
  holds: ['stock'],
  payments: [{ paymentId: 'p', captureId: 'c', amount: 1_250 }],
  createdAt: '2026-01-31T10:00:00.000Z',
  updatedAt: '2026-01-31T10:00:00.000Z',
  version: 1,
} as const;

describe('what the API shows', () => {
  test.each([
    ['USD', 12.5, 25],
    ['JPY', 1_250, 2_500],
    ['KWD', 1.25, 2.5],
  ])('an order in %s, in decimals of its currency', (currency, unitPrice, total) => {
    const given = {
      ...order,
      items: [...order.items],
      holds: [...order.holds],
      payments: [...order.payments],
      currency,
    };
    const { payments: _, ...shown } = given;
    expect(toOrderDto(given, 'Ada')).toEqual({
      ...shown,
      customerName: 'Ada',
      items: [{ sku: 'MUG', name: 'Mug', quantity: 2, unitPrice }],
      total,
      paidAmount: total / 2,
      waitsFor: ['payment', 'stock'],
    });
    expect(given.total).toBe(2_500);
  });

  test('money is converted wherever in a view it stands, and nothing else is', () => {
    const view = {
      currency: 'USD',
      value: 999,
      score: 70,
      items: [{ quantity: 3, unitPrice: 333 }],
      country: 'DE',
    };
    expect(withMajorUnits(view)).toEqual({ ...view, value: 9.99, items: [{ quantity: 3, unitPrice: 3.33 }] });
  });

  test('a view without a currency is shown as it is', () => {
    expect(withMajorUnits({ total: 5 })).toEqual({ total: 5 });
  });
});
