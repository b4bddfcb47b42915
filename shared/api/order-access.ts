import type { OrderView } from '#domain/order/view.ts';
import { shown } from './money.ts';

/** An order as the API shows it: money in decimals, the customer's name if there is one. */
export function shownOrder(
  { orderId, customerId, items, total, ...rest }: OrderView,
  customerName: string | undefined,
) {
  const { currency } = rest;
  return {
    orderId,
    customerId,
    customerName,
    items: items.map((item) => ({ ...item, unitPrice: shown(item.unitPrice, currency) })),
    total: shown(total, currency),
    ...rest,
  };
}
