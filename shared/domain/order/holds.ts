import type { Hold } from './events.ts';
import type { OrderState } from './state.ts';

/** What the holds of a new order depend on, of the deployment. */
export interface HoldParameters {
  /** In minor units of the order's currency: from this total on an order is reviewed. */
  highValueThreshold: number;
  /** ISO 3166-1 alpha-2: orders to elsewhere need a customs declaration. */
  homeCountry: string;
}

interface NewOrder {
  items: readonly { tracked: boolean }[];
  total: number;
  shippingAddress: { country: string };
}

/**
 * The holds that an order needs. They go by the same parameters as the filter policies of the consumers that work for
 * their release: fraud-review and customs.
 */
export function holdsOf({ items, total, shippingAddress }: NewOrder, parameters: HoldParameters): Hold[] {
  const holds: Hold[] = [];
  if (items.some(({ tracked }) => tracked)) holds.push('stock');
  if (total >= parameters.highValueThreshold) holds.push('fraud');
  if (shippingAddress.country !== parameters.homeCountry) holds.push('customs');
  return holds;
}

/** Why nobody needs to decide about the order any more; undefined while somebody may. */
export function endOfHolds({ status }: OrderState): 'order_cancelled' | 'order_shipped' | undefined {
  if (status === 'cancelled') return 'order_cancelled';
  return status === 'shipped' || status === 'delivered' ? 'order_shipped' : undefined;
}
