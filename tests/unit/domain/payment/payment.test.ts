import { describe, expect, it } from '@jest/globals';
import { type PaymentEvent, paymentAggregate } from '#domain/payment.ts';
import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import { specificationOf } from '#tests/support/given-when-then.ts';

const given = specificationOf(paymentAggregate);

const money = { orderId: 'o-1', customerId: 'ada', amount: 1_847, currency: 'USD' };
const report = { type: 'record', ...money, reference: 'ch_1' } as const;
const capture = { ...report, outcome: 'captured' } as const;
const decline = { ...report, outcome: 'declined', reason: 'insufficient_funds' } as const;
const refund = { type: 'refund', reason: 'order_cancelled' } as const;

const captured: PaymentEvent = { eventType: 'PaymentCaptured', data: { ...money, reference: 'ch_1' } };
const declined: PaymentEvent = {
  eventType: 'PaymentDeclined',
  data: { ...money, reference: 'ch_1', reason: 'insufficient_funds' },
};
const refunded: PaymentEvent = {
  eventType: 'PaymentRefunded',
  data: { ...money, reason: 'order_cancelled' },
};

describe('recording what the provider reports', () => {
  it('captured', () => given().when(capture).thenEvents(captured));

  it('captured: has no use for a reason', () =>
    given()
      .when({ ...capture, reason: 'approved' })
      .thenEvents(captured));

  it('declined, and why', () => given().when(decline).thenEvents(declined));

  it('declined without a reason', () =>
    given()
      .when({ ...report, outcome: 'declined' })
      .thenEvents({ eventType: 'PaymentDeclined', data: { ...money, reference: 'ch_1' } }));

  it.each([
    ['captured', [captured], capture],
    ['declined', [declined], decline],
    ['refunded since', [captured, refunded], capture],
  ] as const)('again yields nothing: %s', (_, events, again) =>
    given(...events)
      .when(again)
      .thenNothing(),
  );

  it.each([
    ['outcome', { outcome: 'declined' }],
    ['order', { orderId: 'o-2' }],
    ['customer', { customerId: 'bob' }],
    ['amount', { amount: 1 }],
    ['currency', { currency: 'EUR' }],
    ['reference', { reference: 'ch_2' }],
  ] as const)('with another %s is rejected', (_, other) =>
    given(captured)
      .when({ ...capture, ...other })
      .thenRejected('payment_already_recorded'),
  );
});

describe('refunding a payment', () => {
  it('gives back what was captured', () => given(captured).when(refund).thenEvents(refunded));
  it('happens once', () => given(captured, refunded).when(refund).thenRejected('payment_already_refunded'));
  it('needs a payment', () => given().when(refund).thenRejected('payment_not_found'));
  it('needs money: declined', () => given(declined).when(refund).thenRejected('payment_declined'));
});

describe('the state of a payment', () => {
  const { evolve, initialState } = paymentAggregate;
  const facts = { ...money, reference: 'ch_1' };

  it.each([
    [[captured], { ...facts, status: 'captured' }],
    [[declined], { ...facts, reason: 'insufficient_funds', status: 'declined' }],
    [[captured, refunded], { ...facts, status: 'refunded' }],
  ])('after %j', (events, state) => {
    expect(events.reduce(evolve, initialState)).toEqual(state);
  });

  it.each([
    ['a refund of nothing', [refunded]],
    ['a refund of a declined payment', [declined, refunded]],
    ['a second refund', [captured, refunded, refunded]],
    ['a second capture', [captured, captured]],
    ['a decline after the capture', [captured, declined]],
  ])('cannot follow from %s', (_, events) => {
    expect(() => events.reduce(evolve, initialState)).toThrow(InvalidEventSequence);
  });
});
