import { expect, test } from '@jest/globals';
import { application } from '#application';
import type { DomainEventOf } from '#domain/index.ts';
import { requestOf } from '#functions/consumers/refunds/handler.ts';
import { streamAt } from '#tests/support/streams.ts';

const requested = (paymentId: string, refundId: string) => {
  const data = { orderId: 'o-1', amount: 500, currency: 'USD', reference: '1', refundId, reason: 'excess' };
  const [event] = streamAt('2026-05-01T12:00:00.000Z', 'payment', paymentId, [
    { eventType: 'RefundRequested', data },
  ]);
  return requestOf({ application }, event as DomainEventOf<'RefundRequested'>);
};

test('A refund is asked for under a key that no other refund of any payment has', () => {
  const one = requested('p-1', 'order_cancelled:1');
  expect(one).toMatchObject({ paymentId: 'p-1', refundId: 'order_cancelled:1', amount: 500 });
  // A provider knows a repeat by it for days: a release must not change it.
  expect(one.idempotencyKey).toBe('abd2745f-c92d-579e-afc8-454d3391d7a1');
  const others = [requested('p-2', 'order_cancelled:1'), requested('p-1', 'order_cancelled:2')];
  expect(new Set([one, ...others].map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3);
});
