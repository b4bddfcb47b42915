import { describe, expect, test } from '@jest/globals';
import { shownBody, shownPayload } from '#resources/console/server/payloads.ts';

const payload = {
  name: 'Ada Lovelace',
  currency: 'USD',
  reason: 'out_of_stock',
  total: 1200,
  id: '01a21fe5-a34e-7234-ba51-6af498bd00ae',
  at: '2026-11-28T02:04:32.509Z',
  items: [{ sku: 'TEA 01', isGift: true }],
};

describe('payloads', () => {
  test('are shown whole, not at all, or masked: text that may be a person’s becomes dots', () => {
    expect(shownPayload(payload, 'full')).toBe(payload);
    expect(shownPayload(payload, 'none')).toBeUndefined();
    expect(shownPayload(payload, 'masked')).toEqual({
      ...payload,
      name: '••••••••••••',
      items: [{ sku: '••••••', isGift: true }],
    });
  });

  test('of a dead letter keep the envelope', () => {
    const body = JSON.stringify({ streamId: 'order-ada', data: { name: 'Ada' } });
    expect(JSON.parse(shownBody(body, 'masked') ?? '')).toEqual({
      streamId: 'order-ada',
      data: { name: '•••' },
    });
    expect(shownBody('Dear Ada', 'masked')).toBeUndefined();
    expect(shownBody('Dear Ada', 'full')).toBe('Dear Ada');
    expect(shownBody(body, 'none')).toBeUndefined();
  });
});
