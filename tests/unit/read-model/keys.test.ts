import { describe, expect, test } from '@jest/globals';
import * as keys from '#read-model/keys.ts';
import { listingKeys, workListKeys } from '#read-model/listing-keys.ts';
import { paymentWorkList } from '#read-model/payments.ts';

const order = { customerId: 'ada', orderId: 'o1', createdAt: '2026-01-31T10:00:00.000Z' };

describe('the keys of the read model reach storage, so they stay as they are', () => {
  test.each([
    [keys.orderKey('o1'), { pk: 'ORDER#o1', sk: 'VIEW' }],
    [keys.customerKey('ada'), { pk: 'CUSTOMER#ada', sk: 'VIEW' }],
    [keys.stockKey('MUG'), { pk: 'STOCK#MUG', sk: 'VIEW' }],
    [keys.paymentKey('p1'), { pk: 'PAYMENT#p1', sk: 'VIEW' }],
    [
      keys.orderPaymentKeys({ orderId: 'o1', paymentId: 'p1', createdAt: '2026-01-31T10:00:00.000Z' }),
      { customerPk: 'ORDER_PAYMENTS#o1', createdSk: '2026-01-31T10:00:00.000Z#p1' },
    ],
    [
      workListKeys(paymentWorkList(['parked', 'refund_failed']), '2026-01-31T10:00:00.000Z', 'order-1'),
      {
        listPk: 'PAYMENTS#refund_failed+parked#1',
        listSk: '2026-01-31T10:00:00.000Z#order-1',
      },
    ],
    [keys.fraudReviewKey('o1'), { pk: 'FRAUD_REVIEW#o1', sk: 'VIEW' }],
    [keys.customsDeclarationKey('o1'), { pk: 'CUSTOMS_DECLARATION#o1', sk: 'VIEW' }],
    [keys.notificationKey('o1', 'e1'), { pk: 'NOTIFICATIONS#o1', sk: 'e1' }],
    [keys.salesKey('2026-01-31', 3), { pk: 'SALES#2026-01-31#3', sk: 'COUNTERS' }],
    [
      keys.orderListKeys({ ...order, status: 'shipped' }),
      {
        customerPk: 'CUSTOMER#ada',
        orderPk: 'ORDERS#1',
        createdSk: '2026-01-31T10:00:00.000Z#o1',
      },
    ],
    [
      keys.orderListKeys({ ...order, status: 'paid' }),
      expect.objectContaining({ openPk: 'OPEN_ORDERS#1', createdSk: '2026-01-31T10:00:00.000Z#o1' }),
    ],
    [
      listingKeys('FRAUD_REVIEWS', '2026-01-31T10:00:00.000Z', 'order-1'),
      { listPk: 'FRAUD_REVIEWS#2026-01#1', listSk: '2026-01-31T10:00:00.000Z#order-1' },
    ],
    [
      listingKeys('FRAUD_REVIEWS#approved', '2026-01-31T10:00:00.000Z', 'order-1'),
      { listPk: 'FRAUD_REVIEWS#approved#2026-01#1', listSk: '2026-01-31T10:00:00.000Z#order-1' },
    ],
    [
      workListKeys('CUSTOMS_DECLARATIONS#open', '2026-01-31T10:00:00.000Z', 'order-1'),
      { listPk: 'CUSTOMS_DECLARATIONS#open#1', listSk: '2026-01-31T10:00:00.000Z#order-1' },
    ],
  ])('%j', (key, expected) => {
    expect(key).toEqual(expected);
  });

  test('orders are spread over all shares of a day, and an order always has the same', () => {
    const shares = Array.from({ length: 400 }, (_, index) => keys.salesShardOf(`order-${index}`));
    const sizes = Array.from(
      { length: keys.SALES_SHARDS },
      (_, n) => shares.filter((one) => one === n).length,
    );
    expect(Math.min(...sizes)).toBeGreaterThan(60);
    expect(keys.salesShardOf('order-7')).toBe(shares[7]);
  });
});
