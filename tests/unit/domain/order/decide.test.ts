import { describe, expect, it } from '@jest/globals';
import { orderAggregate } from '#domain/order/decisions.ts';
import type { OrderEvent, OrderItem } from '#domain/order/events.ts';
import { specificationOf } from '#tests/support/given-when-then.ts';
import {
  cancelledPaid,
  cancelledUnpaid,
  created,
  DUE,
  delivered,
  paid,
  place,
  shipped,
  stockReady,
} from './examples.ts';

const given = specificationOf(orderAggregate);

const capture = {
  type: 'applyCapture',
  paymentId: 'pay-1',
  captureId: 'c-1',
  amount: 1_847,
  currency: 'USD',
} as const;
const ship = { type: 'ship', carrier: 'UPS', trackingNumber: '1Z' } as const;
const deliver = { type: 'deliver' } as const;
const cancel = { type: 'cancel', reason: 'changed_my_mind' } as const;

const untracked = { tracked: false, backorder: false };

interface Holding {
  country?: string;
  tracked?: boolean;
  unitPrice?: number;
}

const dataOf = ({
  paymentId,
  captureId,
  amount,
  currency,
}: Omit<typeof capture, 'amount' | 'captureId'> & { captureId: string; amount: number }) => ({
  customerId: 'ada',
  paymentId,
  captureId,
  amount,
  currency,
});

const cancelledFor = (event: OrderEvent, reason: string) =>
  ({
    ...event,
    data: { ...event.data, reason },
  }) as OrderEvent;

describe('placing an order', () => {
  it('adds up the total', () => given().when(place).thenEvents(created));

  it('keeps the second address line', () => {
    const shippingAddress = { ...place.shippingAddress, line2: 'Floor 2' };
    const [event] = orderAggregate.decide({ ...place, shippingAddress }, orderAggregate.initialState);
    expect(event).toMatchObject({ data: { shippingAddress: { line2: 'Floor 2' } } });
  });

  it.each([
    ['pending', [created]],
    ['cancelled', [created, cancelledUnpaid]],
  ])('is rejected for an order that is %s', (_, events) =>
    given(...events)
      .when(place)
      .thenRejected('order_already_exists'),
  );

  it('needs an item', () =>
    given()
      .when({ ...place, items: [] })
      .thenRejected('order_without_items'));

  it.each([
    ['no quantity', { quantity: 0 }],
    ['a negative quantity', { quantity: -1 }],
    ['a broken quantity', { quantity: 1.5 }],
    ['a negative price', { unitPrice: -1 }],
    ['a price in fractions of a cent', { unitPrice: 0.5 }],
    ['a price that is no number', { unitPrice: Number.NaN }],
  ])('takes no item with %s', (_, wrong) =>
    given()
      .when({
        ...place,
        items: [...place.items, { ...untracked, sku: 'X', name: 'X', quantity: 1, unitPrice: 1, ...wrong }],
      })
      .thenRejected('order_item_invalid'),
  );

  it('with nothing to pay waits for no payment', () => {
    const items = [{ ...untracked, sku: 'FLYER', name: 'Flyer', quantity: 1, unitPrice: 0 }];
    const data = { ...placed, items, total: 0, holds: [], paymentTerms: 'none' as const };
    given()
      .when({ ...place, items })
      .thenEvents({ eventType: 'OrderCreated', data });
    given({ eventType: 'OrderCreated', data }).when(ship).thenEvents(shipped);
  });

  it('by invoice has no deadline', () =>
    given()
      .when({ ...place, paymentTerms: 'invoice' })
      .thenEvents({
        eventType: 'OrderCreated',
        data: { ...placed, total: 1_847, holds: ['stock'], paymentTerms: 'invoice' },
      }));

  it.each([
    ['none of what is not tracked, at home, below the threshold', {}, []],
    ['stock of what is tracked', { tracked: true }, ['stock']],
    ['fraud from the threshold on', { unitPrice: 100_000 }, ['fraud']],
    ['customs from abroad', { country: 'FR' }, ['customs']],
    ['all three', { tracked: true, unitPrice: 100_000, country: 'FR' }, ['stock', 'fraud', 'customs']],
  ] as const)('holds %s', (_, { country = 'US', ...changed }: Holding, holds) => {
    const items = [{ ...untracked, sku: 'X', name: 'X', quantity: 1, unitPrice: 99_999, ...changed }];
    const shippingAddress = { ...place.shippingAddress, country };
    const [event] = orderAggregate.decide({ ...place, items, shippingAddress }, orderAggregate.initialState);
    expect(event).toMatchObject({ data: { holds } });
  });

  it.each([
    ['USD', 99_999_999_999],
    ['JPY', 999_999_999],
    ['KWD', 999_999_999_990],
  ])('takes a total in %s up to the limit, and not a minor unit more', (currency, limit) => {
    const items: [OrderItem] = [{ ...untracked, sku: 'YACHT', name: 'Yacht', quantity: 1, unitPrice: limit }];
    const [event] = orderAggregate.decide({ ...place, items, currency }, orderAggregate.initialState);
    expect(event).toMatchObject({ data: { total: limit, currency } });
    given()
      .when({ ...place, items: [...items, { ...items[0], unitPrice: 1 }], currency })
      .thenRejected('order_total_too_large');
  });

  it('rejects a total beyond what a number can hold', () => {
    const items = Array.from({ length: 100 }, (_, n) => ({
      ...untracked,
      sku: `S${n}`,
      name: 'Galaxy',
      quantity: Number.MAX_SAFE_INTEGER,
      unitPrice: Number.MAX_SAFE_INTEGER,
    }));
    given()
      .when({ ...place, items })
      .thenRejected('order_total_too_large');
  });
});

describe('applying a capture to an order', () => {
  const part = { ...capture, captureId: 'c-0', amount: 1_000 };
  const received = { eventType: 'OrderPaymentReceived', data: dataOf(part) } as const;
  const rest = { eventType: 'OrderPaid', data: dataOf({ ...capture, amount: 847 }) } as const;

  it('pays it', () => given(created).when(capture).thenEvents(paid));
  it('in part leaves it pending', () => given(created).when(part).thenEvents(received));
  it('takes what is missing of what comes after a part', () =>
    given(created, received).when(capture).thenEvents(rest));
  it('takes no more than the total', () =>
    given(created)
      .when({ ...capture, amount: 5_000 })
      .thenEvents(paid));
  it('again yields nothing', () => given(created, received).when(part).thenNothing());
  it('of nothing yields nothing', () =>
    given(created)
      .when({ ...capture, amount: 0 })
      .thenNothing());
  it('in another currency yields nothing', () =>
    given(created)
      .when({ ...capture, currency: 'EUR' })
      .thenNothing());

  it.each([
    ['paid', [created, paid]],
    ['shipped', [created, stockReady, paid, shipped]],
    ['delivered', [created, stockReady, paid, shipped, delivered]],
    ['cancelled unpaid', [created, cancelledUnpaid]],
    ['cancelled after this very payment', [created, paid, cancelledPaid]],
  ])('yields nothing, so that it is refunded, once it is %s', (_, events) => {
    given(...events)
      .when(capture)
      .thenNothing();
    given(...events)
      .when({ ...capture, paymentId: 'pay-2' })
      .thenNothing();
  });

  it('needs an order', () => given().when(capture).thenRejected('order_not_found'));
});

describe('releasing a hold', () => {
  const release = { type: 'releaseHold', hold: 'stock', by: 'consumer:inventory' } as const;

  it('releases one that is open', () => given(created).when(release).thenEvents(stockReady));
  it('of a paid order as well', () => given(created, paid).when(release).thenEvents(stockReady));
  it.each([
    ['released before', [created, stockReady]],
    ['of a cancelled order', [created, cancelledUnpaid]],
    ['of a shipped order', [created, stockReady, paid, shipped]],
  ])('%s yields nothing', (_, events) =>
    given(...events)
      .when(release)
      .thenNothing(),
  );
  it('that the order never had yields nothing', () =>
    given(created)
      .when({ ...release, hold: 'fraud' })
      .thenNothing());
  it('needs an order', () => given().when(release).thenRejected('order_not_found'));
});

describe('the deadline of the payment', () => {
  const expire = { type: 'expire', dueAt: DUE } as const;

  it('cancels an order that is not paid, at its deadline or later', () => {
    given(created).whenDue().thenEvents(cancelledFor(cancelledUnpaid, 'payment_overdue'));
    given(created).whenDue({ lateMs: 90_000 }).thenEvents(cancelledFor(cancelledUnpaid, 'payment_overdue'));
  });
  it.each([
    ['paid', [created, paid]],
    ['shipped', [created, stockReady, paid, shipped]],
    ['cancelled', [created, cancelledUnpaid]],
  ])('means nothing to an order that is %s', (_, events) =>
    given(...events)
      .whenDue()
      .thenNothing(),
  );
  it('is set by no order on invoice, and by none without a price', () => {
    if (created.eventType !== 'OrderCreated') throw new Error('no OrderCreated');
    const { paymentDueAt: _, ...data } = created.data;
    for (const paymentTerms of ['invoice', 'none'] as const) {
      const event = { eventType: 'OrderCreated' as const, data: { ...data, paymentTerms } };
      expect(() => given(event).whenDue()).toThrow('none of these events has set a deadline');
    }
  });
  it('of another time means nothing', () =>
    given(created)
      .when({ ...expire, dueAt: '2026-01-01T00:00:00.000Z' })
      .thenNothing());
  it('refunds a part that was paid', () => {
    const part = { ...capture, amount: 1_000 };
    const [event] = orderAggregate.decide(
      expire,
      [created, { eventType: 'OrderPaymentReceived', data: dataOf(part) } as const].reduce(
        orderAggregate.evolve,
        orderAggregate.initialState,
      ),
    );
    expect(event).toMatchObject({
      data: { payments: [{ paymentId: 'pay-1', captureId: 'c-1', amount: 1_000 }] },
    });
  });
});

describe('shipping an order', () => {
  it('ships a paid one that nothing holds', () =>
    given(created, stockReady, paid).when(ship).thenEvents(shipped));

  it.each([
    ['shipped', [created, stockReady, paid, shipped]],
    ['delivered', [created, stockReady, paid, shipped, delivered]],
  ])('the same way again yields nothing once %s; another way it is rejected', (_, events) => {
    given(...events)
      .when(ship)
      .thenNothing();
    given(...events)
      .when({ ...ship, trackingNumber: '2Z' })
      .thenRejected('order_already_shipped');
    given(...events)
      .when({ ...ship, carrier: 'DHL' })
      .thenRejected('order_already_shipped');
  });

  it('needs an order', () => given().when(ship).thenRejected('order_not_found'));
  it('needs all holds released', () => given(created, paid).when(ship).thenRejected('order_on_hold'));
  it('needs it paid', () => given(created, stockReady).when(ship).thenRejected('order_not_paid'));
  it('is rejected when cancelled', () =>
    given(created, paid, cancelledPaid).when(ship).thenRejected('order_cancelled'));
});

describe('delivering an order', () => {
  it('delivers a shipped one', () =>
    given(created, stockReady, paid, shipped).when(deliver).thenEvents(delivered));
  it('again yields nothing', () =>
    given(created, stockReady, paid, shipped, delivered).when(deliver).thenNothing());
  it('needs an order', () => given().when(deliver).thenRejected('order_not_found'));
  it('needs it shipped: pending', () => given(created).when(deliver).thenRejected('order_not_shipped'));
  it('needs it shipped: paid', () => given(created, paid).when(deliver).thenRejected('order_not_shipped'));
  it('is rejected when cancelled', () =>
    given(created, cancelledUnpaid).when(deliver).thenRejected('order_cancelled'));
});

describe('cancelling an order', () => {
  it('cancels a pending one', () => given(created).when(cancel).thenEvents(cancelledUnpaid));
  it('names what it took of its payments', () => given(created, paid).when(cancel).thenEvents(cancelledPaid));

  it('tells the quantity of each SKU once, however many lines list it', () => {
    const pen = { ...untracked, sku: 'PEN', name: 'Pen', unitPrice: 100 };
    const [event] = orderAggregate.decide(
      {
        ...place,
        items: [
          { ...pen, quantity: 1 },
          { ...pen, sku: 'MUG', quantity: 4 },
          { ...pen, quantity: 2 },
        ],
      },
      orderAggregate.initialState,
    );
    if (!event) throw new Error('nothing was placed');
    const state = orderAggregate.evolve(orderAggregate.initialState, event);
    expect(orderAggregate.decide(cancel, state)).toMatchObject([
      {
        data: {
          items: [
            { sku: 'PEN', quantity: 3 },
            { sku: 'MUG', quantity: 4 },
          ],
        },
      },
    ]);
  });

  it('for the same reason again yields nothing', () =>
    given(created, paid, cancelledPaid).when(cancel).thenNothing());

  it('for another reason is rejected', () =>
    given(created, cancelledUnpaid)
      .when({ ...cancel, reason: 'out_of_stock' })
      .thenRejected('order_already_cancelled'));

  it('needs an order', () => given().when(cancel).thenRejected('order_not_found'));
  it('is too late once shipped', () =>
    given(created, stockReady, paid, shipped).when(cancel).thenRejected('order_already_shipped'));
  it('is too late once delivered', () =>
    given(created, stockReady, paid, shipped, delivered)
      .when(cancel)
      .thenRejected('order_already_delivered'));
});

const placed = {
  customerId: place.customerId,
  items: place.items,
  currency: place.currency,
  shippingAddress: place.shippingAddress,
};
