import { expect, test } from '@jest/globals';
import { openDeclaration } from '#functions/consumers/customs/declaration.ts';
import { orderLife, streamAt } from '#tests/support/streams.ts';

test('A declaration says what goes where and what it is worth, and to whom only by id', () => {
  const [event] = streamAt('2026-05-01T12:00:00.000Z', 'order', 'o-1', orderLife('ada').slice(0, 1));
  if (event?.eventType !== 'OrderCreated') throw new Error('no OrderCreated');
  expect(openDeclaration(event)).toEqual({
    orderId: 'o-1',
    customerId: 'ada',
    country: 'US',
    currency: 'USD',
    value: 2_999,
    items: [
      { sku: 'MUG', name: 'Mug', quantity: 2, unitPrice: 1_250 },
      { sku: 'PEN', name: 'Pen', quantity: 1, unitPrice: 499 },
    ],
    status: 'opened',
    createdAt: '2026-05-01T12:00:00.000Z',
  });
});
