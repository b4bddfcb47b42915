import { toMajor } from '#domain/money.ts';
import type { OrderItem } from '#domain/order/events.ts';
import { type ProductState, productAggregate } from '#domain/product.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { load } from '#kit/event-store/load.ts';
import { fold } from '#kit/events/aggregate.ts';
import { streamIdOf } from '#kit/events/event.ts';
import type { Problem } from '#kit/events/field-errors.ts';
import { HttpProblem, invalidInput } from '#kit/http/problem.ts';
import { readProducts } from '#read-model/products.ts';

/** `unitPrice`: what the customer saw, in minor units. */
export interface WantedItem {
  sku: string;
  quantity: number;
  unitPrice?: number | undefined;
}

type Products = ReadonlyMap<string, ProductState>;

/** A price that another one was expected for; in major units. */
export interface CurrentPrice {
  sku: string;
  price: number;
  currency: string;
}

/**
 * The items of an order as the catalogue has them. It goes by the view; what the view would refuse is read from the
 * products' streams first, so that no refusal rests on a view that is behind.
 * AWS calls: one batch get, and the live generation (`liveGeneration`); a consistent query for each SKU that the view
 * would refuse. Throws 422 for a SKU that is unknown, withdrawn or priced in another currency, 409 `price_changed`.
 */
export async function itemsFromCatalogue(
  runtime: Runtime,
  wanted: readonly WantedItem[],
  currency: string,
): Promise<OrderItem[]> {
  const seen = await readProducts(
    runtime,
    wanted.map(({ sku }) => sku),
  );
  const doubtful = wanted.filter((item) => !isGood(item, seen.get(item.sku), currency)).map(({ sku }) => sku);
  const products = new Map<string, ProductState>([...seen, ...(await productsOf(runtime, doubtful))]);
  refuseUnknown(wanted, products, currency);
  refuseOtherPrices(wanted, products);
  return wanted.map((item) => orderItem(item, products));
}

const isGood = ({ unitPrice }: WantedItem, product: ProductState | undefined, currency: string): boolean =>
  product?.status === 'listed' &&
  product.currency === currency &&
  (unitPrice === undefined || unitPrice === product.price);

async function productsOf(runtime: Runtime, skus: readonly string[]): Promise<[string, ProductState][]> {
  return Promise.all(
    [...new Set(skus)].map(async (sku): Promise<[string, ProductState]> => {
      const events = await load(runtime, streamIdOf(productAggregate.type, sku));
      return [sku, fold(productAggregate, events)];
    }),
  );
}

function refuseUnknown(wanted: readonly WantedItem[], products: Products, currency: string): void {
  const errors = wanted.flatMap(({ sku }, index): Problem[] => {
    const product = products.get(sku);
    const message =
      product === undefined || product.status === 'none'
        ? 'is no product of the catalogue'
        : product.status === 'withdrawn'
          ? 'is a product that has been withdrawn'
          : product.currency !== currency
            ? `has no price in ${currency}`
            : undefined;
    return message === undefined ? [] : [{ path: `items[${index}].sku`, message }];
  });
  if (errors.length > 0) throw invalidInput(errors);
}

function refuseOtherPrices(wanted: readonly WantedItem[], products: Products): void {
  const prices = new Map<string, CurrentPrice>();
  const errors = wanted.flatMap(({ sku, unitPrice }, index): Problem[] => {
    const product = products.get(sku);
    if (!product || product.status === 'none') return [];
    if (unitPrice === undefined || unitPrice === product.price) return [];
    const { currency } = product;
    const price = toMajor(product.price, currency);
    prices.set(sku, { sku, price, currency });
    return [{ path: `items[${index}].unitPrice`, message: `is ${price} ${currency} by now` }];
  });
  if (errors.length > 0) throw priceChanged([...prices.values()], errors);
}

function orderItem({ sku, quantity }: WantedItem, products: Products): OrderItem {
  const product = products.get(sku);
  if (!product || product.status === 'none') throw new Error(`there is no product ${sku}`);
  const { name, price, tracked, backorder } = product;
  return { sku, name, quantity, unitPrice: price, tracked, backorder };
}

/** The customer saw another price than the one that holds now. */
export const priceChanged = (
  currentPrices: readonly CurrentPrice[],
  errors: readonly Problem[],
): HttpProblem =>
  new HttpProblem(409, {
    code: 'price-changed',
    title: 'Price changed',
    detail: 'A price is not what the customer saw; see currentPrices.',
    rule: 'price_changed',
    errors,
    extensions: { currentPrices },
  });
