import { describe, expect, it } from '@jest/globals';
import { orderAggregate } from '#domain/order/decisions.ts';
import type { OrderItem } from '#domain/order/events.ts';
import { specificationOf } from '#tests/support/given-when-then.ts';
import { cancelledPaid, cancelledUnpaid, created, delivered, paid, place, shipped } from './examples.ts';

const given = specificationOf(orderAggregate);

const pay = { type: 'pay', paymentId: 'pay-1', amount: 1_847, currency: 'USD' } as const;
const ship = { type: 'ship', carrier: 'UPS', trackingNumber: '1Z' } as const;
const deliver = { type: 'deliver' } as const;
const cancel = { type: 'cancel', reason: 'changed_my_mind' } as const;

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
        items: [...place.items, { sku: 'X', name: 'X', quantity: 1, unitPrice: 1, ...wrong }],
      })
      .thenRejected('order_item_invalid'),
  );

  it('takes an item that is free', () => {
    const items = [{ sku: 'FLYER', name: 'Flyer', quantity: 1, unitPrice: 0 }];
    given()
      .when({ ...place, items })
      .thenEvents({ eventType: 'OrderCreated', data: { ...placed, items, total: 0 } });
  });

  it.each([
    ['USD', 99_999_999_999],
    ['JPY', 999_999_999],
    ['KWD', 999_999_999_990],
  ])('takes a total in %s up to the limit, and not a minor unit more', (currency, limit) => {
    const items: [OrderItem] = [{ sku: 'YACHT', name: 'Yacht', quantity: 1, unitPrice: limit }];
    given()
      .when({ ...place, items, currency })
      .thenEvents({ eventType: 'OrderCreated', data: { ...placed, items, currency, total: limit } });
    given()
      .when({ ...place, items: [...items, { ...items[0], unitPrice: 1 }], currency })
      .thenRejected('order_total_too_large');
  });

  it('rejects a total beyond what a number can hold', () => {
    const items = Array.from({ length: 100 }, (_, n) => ({
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

describe('paying an order', () => {
  it('pays it', () => given(created).when(pay).thenEvents(paid));

  it.each([
    ['paid', [created, paid]],
    ['shipped', [created, paid, shipped]],
    ['delivered', [created, paid, shipped, delivered]],
  ])('with the same payment again yields nothing once %s; with another it is rejected', (_, events) => {
    given(...events)
      .when(pay)
      .thenNothing();
    given(...events)
      .when({ ...pay, paymentId: 'pay-2' })
      .thenRejected('order_already_paid');
  });

  it.each([pay.amount - 1, pay.amount + 1])('takes the exact amount only, not %d', (amount) =>
    given(created)
      .when({ ...pay, amount })
      .thenRejected('amount_mismatch'),
  );

  it('takes the currency of the order only', () =>
    given(created)
      .when({ ...pay, currency: 'EUR' })
      .thenRejected('currency_mismatch'));

  it('needs an order', () => given().when(pay).thenRejected('order_not_found'));

  it.each([
    ['unpaid', [created, cancelledUnpaid]],
    ['paid by this very payment', [created, paid, cancelledPaid]],
  ])('is rejected when the order was cancelled %s', (_, events) =>
    given(...events)
      .when(pay)
      .thenRejected('order_cancelled'),
  );
});

describe('shipping an order', () => {
  it('ships a paid one', () => given(created, paid).when(ship).thenEvents(shipped));

  it.each([
    ['shipped', [created, paid, shipped]],
    ['delivered', [created, paid, shipped, delivered]],
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
  it('needs it paid', () => given(created).when(ship).thenRejected('order_not_paid'));
  it('is rejected when cancelled', () =>
    given(created, paid, cancelledPaid).when(ship).thenRejected('order_cancelled'));
});

describe('delivering an order', () => {
  it('delivers a shipped one', () => given(created, paid, shipped).when(deliver).thenEvents(delivered));
  it('again yields nothing', () => given(created, paid, shipped, delivered).when(deliver).thenNothing());
  it('needs an order', () => given().when(deliver).thenRejected('order_not_found'));
  it('needs it shipped: pending', () => given(created).when(deliver).thenRejected('order_not_shipped'));
  it('needs it shipped: paid', () => given(created, paid).when(deliver).thenRejected('order_not_shipped'));
  it('is rejected when cancelled', () =>
    given(created, cancelledUnpaid).when(deliver).thenRejected('order_cancelled'));
});

describe('cancelling an order', () => {
  it('cancels a pending one', () => given(created).when(cancel).thenEvents(cancelledUnpaid));
  it('names the payment of a paid one', () => given(created, paid).when(cancel).thenEvents(cancelledPaid));

  it('tells the quantity of each SKU once, however many lines list it', () => {
    const pen = { sku: 'PEN', name: 'Pen', unitPrice: 100 };
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
    given(created, paid, shipped).when(cancel).thenRejected('order_already_shipped'));
  it('is too late once delivered', () =>
    given(created, paid, shipped, delivered).when(cancel).thenRejected('order_already_delivered'));
});

const placed = {
  customerId: place.customerId,
  items: place.items,
  currency: place.currency,
  shippingAddress: place.shippingAddress,
};
