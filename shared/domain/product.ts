import * as z from 'zod';
import type { Aggregate } from '#kit/events/aggregate.ts';
import { defineRules } from '#kit/events/command-rejected.ts';
import { defineEvent, type NewEventOf, type StoredEventOf } from '#kit/events/event-definition.ts';
import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import { currency, minorUnits, text } from './fields.ts';

// Events

const sample = {
  sku: 'LAPTOP-14',
  name: 'Laptop 14"',
  price: 129_900,
  currency: 'USD',
  tracked: true,
  backorder: false,
};

/**
 * The complete description of a product that can be ordered from now on: new, changed, or back after its withdrawal.
 * `tracked`: its stock is counted. `backorder`: an order waits for stock instead of being cancelled.
 */
export const productListed = defineEvent({
  eventType: 'ProductListed',
  aggregateType: 'product',
  schemaVersion: 1,
  schema: z.object({
    sku: text,
    name: text,
    price: minorUnits,
    currency,
    tracked: z.boolean(),
    backorder: z.boolean(),
  }),
  samples: { 1: sample },
});

export const productPriceChanged = defineEvent({
  eventType: 'ProductPriceChanged',
  aggregateType: 'product',
  schemaVersion: 1,
  schema: z.object({ sku: text, price: minorUnits, currency }),
  samples: { 1: { sku: 'LAPTOP-14', price: 119_900, currency: 'USD' } },
});

/** Orders that have it keep it; no further order takes it. */
export const productWithdrawn = defineEvent({
  eventType: 'ProductWithdrawn',
  aggregateType: 'product',
  schemaVersion: 1,
  schema: z.object({ sku: text }),
  samples: { 1: { sku: 'LAPTOP-14' } },
});

type Definition = typeof productListed | typeof productPriceChanged | typeof productWithdrawn;

export type ProductEvent = NewEventOf<Definition>;
export type StoredProductEvent = StoredEventOf<Definition>;

// State

/** What a customer orders. `price` in minor units. */
export interface Product {
  name: string;
  price: number;
  currency: string;
  tracked: boolean;
  backorder: boolean;
}

export type ProductState = { status: 'none' } | (Product & { status: 'listed' | 'withdrawn' });

export type ProductStatus = Exclude<ProductState['status'], 'none'>;

/** Throws InvalidEventSequence for an event that no history of commands can have led to. */
export function evolve(state: ProductState, event: ProductEvent): ProductState {
  switch (event.eventType) {
    case 'ProductListed':
      return { status: 'listed', ...productIn(event.data) };
    case 'ProductPriceChanged': {
      if (state.status !== 'listed') break;
      const { price, currency } = event.data;
      return { ...state, price, currency };
    }
    case 'ProductWithdrawn':
      if (state.status !== 'listed') break;
      return { ...state, status: 'withdrawn' };
    default:
      event satisfies never;
  }
  throw new InvalidEventSequence(event.eventType, state.status);
}

const productIn = ({ name, price, currency, tracked, backorder }: Product): Product => ({
  name,
  price,
  currency,
  tracked,
  backorder,
});

// Decisions

/** Clients know the rules by name: never rename one. */
export const productRules = defineRules({
  price_invalid: ['invalid-input', 'A price is a whole number of minor units that is not negative.'],
  product_not_found: ['not-found', 'There is no such product.'],
});

/** `sku` is the aggregate's id; events carry it so that consumers need not take a stream's name apart. */
export type ListProduct = Product & { type: 'list'; sku: string };

export type ProductCommand = ListProduct | { type: 'withdraw'; sku: string };

/** A command that asks for exactly what already is yields nothing. */
export function decide(command: ProductCommand, state: ProductState): ProductEvent[] {
  switch (command.type) {
    case 'list':
      return list(command, state);
    case 'withdraw':
      if (state.status === 'none') throw productRules.reject('product_not_found');
      if (state.status === 'withdrawn') return [];
      return [{ eventType: 'ProductWithdrawn', data: { sku: command.sku } }];
  }
}

function list(command: ListProduct, state: ProductState): ProductEvent[] {
  const { sku, name, price, currency, tracked, backorder } = command;
  if (!Number.isSafeInteger(price) || price < 0) throw productRules.reject('price_invalid');
  const describedAlike =
    state.status === 'listed' &&
    state.name === name &&
    state.tracked === tracked &&
    state.backorder === backorder;
  if (!describedAlike) return [{ eventType: 'ProductListed', data: { sku, ...productIn(command) } }];
  if (state.price === price && state.currency === currency) return [];
  return [{ eventType: 'ProductPriceChanged', data: { sku, price, currency } }];
}

/** What can be ordered under one SKU; the SKU is the aggregate's id. */
export const productAggregate: Aggregate<ProductState, ProductCommand, ProductEvent> = {
  type: 'product',
  initialState: { status: 'none' },
  decide,
  evolve,
};

// View

/** A product as queries show it. `price` in minor units; times are ISO 8601, taken from the events. */
export interface ProductView extends Product {
  sku: string;
  status: ProductStatus;
  createdAt: string;
  updatedAt: string;
  version: number;
}

/**
 * Applies the next event of a product's stream; `undefined` is the view before the first. Whether `event` is
 * the next is the caller's business. Throws InvalidEventSequence when the stream does not begin with ProductListed.
 */
export function productView(view: ProductView | undefined, event: StoredProductEvent): ProductView {
  const { version, aggregateId: sku } = event;
  const updatedAt = event.metadata.timestamp;
  if (event.eventType === 'ProductListed') {
    const createdAt = view?.createdAt ?? updatedAt;
    return { sku, ...productIn(event.data), status: 'listed', createdAt, updatedAt, version };
  }
  if (!view) throw new InvalidEventSequence(event.eventType, 'none');
  switch (event.eventType) {
    case 'ProductPriceChanged': {
      const { price, currency } = event.data;
      return { ...view, price, currency, updatedAt, version };
    }
    case 'ProductWithdrawn':
      return { ...view, status: 'withdrawn', updatedAt, version };
  }
}
