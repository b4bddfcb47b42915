import { describe, expect, it } from '@jest/globals';
import { type ProductEvent, type ProductView, productAggregate, productView } from '#domain/product.ts';
import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import { specificationOf } from '#tests/support/given-when-then.ts';
import { storedStream, timeOf } from '#tests/support/stored-events.ts';

const given = specificationOf(productAggregate);

const sku = 'TEA-01';
const tea = { name: 'Green tea', price: 1_250, currency: 'USD', tracked: true, backorder: false };

const list = { type: 'list', sku, ...tea } as const;
const withdraw = { type: 'withdraw', sku } as const;

const listed: ProductEvent = { eventType: 'ProductListed', data: { sku, ...tea } };
const dearer: ProductEvent = {
  eventType: 'ProductPriceChanged',
  data: { sku, price: 1_300, currency: 'USD' },
};
const withdrawn: ProductEvent = { eventType: 'ProductWithdrawn', data: { sku } };

describe('listing a product', () => {
  it('lists it', () => given().when(list).thenEvents(listed));
  it('again as it is yields nothing', () => given(listed).when(list).thenNothing());
  it('at another price changes the price', () =>
    given(listed)
      .when({ ...list, price: 1_300 })
      .thenEvents(dearer));
  it('at the price that it has by now yields nothing', () =>
    given(listed, dearer)
      .when({ ...list, price: 1_300 })
      .thenNothing());
  it('in another currency changes the price', () =>
    given(listed)
      .when({ ...list, currency: 'EUR' })
      .thenEvents({ eventType: 'ProductPriceChanged', data: { sku, price: 1_250, currency: 'EUR' } }));
  it.each([{ name: 'Black tea' }, { tracked: false }, { backorder: true }])(
    'with %p lists the complete description anew',
    (change) =>
      given(listed)
        .when({ ...list, price: 1_300, ...change })
        .thenEvents({ eventType: 'ProductListed', data: { sku, ...tea, price: 1_300, ...change } }),
  );
  it('brings a withdrawn one back', () => given(listed, withdrawn).when(list).thenEvents(listed));
  it('may cost nothing', () =>
    given()
      .when({ ...list, price: 0 })
      .thenEvents({ eventType: 'ProductListed', data: { sku, ...tea, price: 0 } }));
  it.each([-1, 0.5, Number.NaN])('at a price of %p is refused', (price) =>
    given()
      .when({ ...list, price })
      .thenRejected('price_invalid'),
  );
});

describe('withdrawing a product', () => {
  it('withdraws it', () => given(listed).when(withdraw).thenEvents(withdrawn));
  it('again yields nothing', () => given(listed, withdrawn).when(withdraw).thenNothing());
  it('needs a product', () => given().when(withdraw).thenRejected('product_not_found'));
});

describe('the state of a product', () => {
  const { evolve, initialState } = productAggregate;

  it('has the price that came last, also once it is withdrawn', () => {
    expect([listed, dearer, withdrawn].reduce(evolve, initialState)).toEqual({
      ...tea,
      status: 'withdrawn',
      price: 1_300,
    });
  });

  it.each([
    ['a price of no product', [dearer]],
    ['a price of a withdrawn product', [listed, withdrawn, dearer]],
    ['a withdrawal of no product', [withdrawn]],
    ['two withdrawals', [listed, withdrawn, withdrawn]],
  ])('cannot follow from %s', (_, events) => {
    expect(() => events.reduce(evolve, initialState)).toThrow(InvalidEventSequence);
  });
});

describe('the product view', () => {
  const viewOf = (...events: ProductEvent[]) =>
    storedStream('product', sku, events).reduce<ProductView | undefined>(productView, undefined);

  it('shows the present price, and since when the product exists', () => {
    expect(viewOf(listed, dearer)).toEqual({
      sku,
      ...tea,
      price: 1_300,
      status: 'listed',
      createdAt: timeOf(1),
      updatedAt: timeOf(2),
      version: 2,
    });
  });

  it('shows a withdrawal, and the return with another description', () => {
    const back: ProductEvent = { eventType: 'ProductListed', data: { sku, ...tea, name: 'Sencha' } };
    expect(viewOf(listed, withdrawn)).toMatchObject({ status: 'withdrawn', name: 'Green tea', version: 2 });
    expect(viewOf(listed, withdrawn, back)).toEqual({
      sku,
      ...tea,
      name: 'Sencha',
      status: 'listed',
      createdAt: timeOf(1),
      updatedAt: timeOf(3),
      version: 3,
    });
  });

  it('has no beginning but ProductListed', () => {
    expect(() => viewOf(dearer)).toThrow(InvalidEventSequence);
  });
});
