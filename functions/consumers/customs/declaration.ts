import type { DomainEventOf } from '#domain/index.ts';
import type { OrderLine } from '#domain/order/events.ts';

/** A declaration as queries show it. Money in minor units. */
export interface CustomsDeclaration {
  orderId: string;
  customerId: string;
  /** Where the goods go, ISO 3166-1 alpha-2. */
  country: string;
  currency: string;
  value: number;
  items: OrderLine[];
  status: 'opened';
  createdAt: string;
}

export function openDeclaration({
  aggregateId: orderId,
  data,
  metadata,
}: DomainEventOf<'OrderCreated'>): CustomsDeclaration {
  const { customerId, currency, total, items, shippingAddress } = data;
  return {
    orderId,
    customerId,
    country: shippingAddress.country,
    currency,
    value: total,
    items: items.map(({ sku, name, quantity, unitPrice }) => ({ sku, name, quantity, unitPrice })),
    status: 'opened',
    createdAt: metadata.timestamp,
  };
}
