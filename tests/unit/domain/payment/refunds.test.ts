import { describe, it } from '@jest/globals';
import { paymentAggregate } from '#domain/payment/decisions.ts';
import type { PaymentEvent } from '#domain/payment/events.ts';
import { specificationOf } from '#tests/support/given-when-then.ts';
import { captured, declined, failed, named, part, refund, refunded, requested } from './examples.ts';

const given = specificationOf(paymentAggregate);

describe('asking for a refund', () => {
  it('of all that is kept', () => given(captured).when(refund).thenEvents(requested));
  it('under the same id yields nothing', () => given(captured, requested).when(refund).thenNothing());

  it('of a part leaves the rest', () => {
    const some: PaymentEvent = {
      eventType: 'RefundRequested',
      data: { ...named, amount: 800, refundId: 'r-0', reason: 'damaged' },
    };
    given(captured)
      .when({ ...refund, refundId: 'r-0', amount: 800, reason: 'damaged' })
      .thenEvents(some);
    given(captured, some)
      .when(refund)
      .thenEvents({
        eventType: 'RefundRequested',
        data: { ...named, amount: 1_047, refundId: 'r-1', reason: 'order_cancelled' },
      });
  });

  it('again after it failed', () =>
    given(captured, requested, failed)
      .when({ ...refund, refundId: 'r-2' })
      .thenEvents({
        eventType: 'RefundRequested',
        data: { ...named, refundId: 'r-2', reason: 'order_cancelled', again: 1_847 },
      }));

  it.each<[string, PaymentEvent[]]>([
    ['is being refunded', [captured, requested]],
    ['was refunded', [captured, requested, refunded]],
  ])('is rejected where all of it %s', (_, events) =>
    given(...events)
      .when({ ...refund, refundId: 'r-2' })
      .thenRejected('payment_already_refunded'),
  );

  it('takes at most what is kept, where the caller says so', () => {
    const more = { ...refund, amount: 9_999 };
    given(captured)
      .when({ ...more, upTo: true })
      .thenEvents(requested);
    given(captured).when(more).thenRejected('refund_too_large');
  });

  it('leaves what could not be refunded to the people who were told, where the caller takes at most what there is', () => {
    const upTo = { ...refund, refundId: 'r-2', amount: 9_999, upTo: true };
    given(captured, requested, failed).when(upTo).thenRejected('payment_already_refunded');
    given(captured, requested, failed, part('b', 500))
      .when(upTo)
      .thenEvents({
        eventType: 'RefundRequested',
        data: { ...named, amount: 500, refundId: 'r-2', reason: 'order_cancelled' },
      });
  });

  it.each([0, -1, 0.5])('of %s is no refund', (amount) => {
    given(captured)
      .when({ ...refund, amount })
      .thenRejected('refund_too_small');
    given(captured)
      .when({ ...refund, amount, upTo: true })
      .thenRejected('refund_too_small');
  });

  it.each(['constructor', '__proto__'])('under the id %s', (refundId) =>
    given(captured)
      .when({ ...refund, refundId })
      .thenEvents({
        eventType: 'RefundRequested',
        data: { ...named, refundId, reason: 'order_cancelled' },
      }),
  );

  it('needs a payment', () => given().when(refund).thenRejected('payment_not_found'));
  it('needs money: declined', () => given(declined).when(refund).thenRejected('payment_declined'));
});
