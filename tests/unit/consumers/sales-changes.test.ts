import { describe, expect, test } from '@jest/globals';
import type { NewDomainEvent } from '#domain/index.ts';
import { salesChanges } from '#functions/consumers/sales/sales-changes.ts';
import { cancellation, orderLife, streamAt } from '#tests/support/streams.ts';

const cancelled = cancellation();

const changesOf = (events: NewDomainEvent[], at = '2026-05-01T12:00:00.000Z') =>
  streamAt(at, 'order', 'o-1', events).map(salesChanges);

describe('What an event adds to the sales of its day', () => {
  test('a new order: one order and its total; a shipment: one shipment; the rest of its life: nothing', () => {
    const day = '2026-05-01';
    expect(changesOf(orderLife('ada'))).toEqual([
      { day, add: { orders: 1, ordered: 2_999 } },
      undefined,
      { day, add: { shipped: 1 } },
      undefined,
    ]);
  });

  test('a cancellation counts on its own day, not on the day of the order', () => {
    const [created] = orderLife('ada') as [NewDomainEvent];
    expect(changesOf([created, cancelled], '2026-05-01T23:59:59.500Z')).toEqual([
      { day: '2026-05-01', add: { orders: 1, ordered: 2_999 } },
      { day: '2026-05-02', add: { cancelled: 1, cancelledAmount: 2_999 } },
    ]);
  });

  test('a refund that came back counts against what was refunded, one that was never made counts nothing', () => {
    const money = { orderId: 'o-1', amount: 1_000, currency: 'USD', reference: 'ch_1' };
    const failed = { ...money, refundId: 'r-1', reason: 'refund_failed' };
    const events: NewDomainEvent[] = [
      { eventType: 'PaymentRefunded', data: { ...money, refundId: 'r-1', reason: 'reported' } },
      { eventType: 'RefundFailed', data: { ...failed, returned: 1_000 } },
      { eventType: 'RefundFailed', data: { ...failed, refundId: 'r-2' } },
      { eventType: 'PaymentChargedBack', data: { ...money, chargebackId: 'dp_1' } },
    ];
    const added = streamAt('2026-05-01T12:00:00.000Z', 'payment', 'p-1', events).map(salesChanges);
    expect(added.map((change) => change?.add)).toEqual([
      { refunded: 1_000 },
      { refunded: -1_000 },
      { refunded: 0 },
      { refunded: 1_000 },
    ]);
  });
});
