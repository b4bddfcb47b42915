import { toMajor } from '#domain/money.ts';
import { type OrderState, paidAmount } from '#domain/order/state.ts';
import { type OrderView, waitsFor } from '#domain/order/view.ts';
import type { CommandResult } from '#kit/event-store/decide-command.ts';
import { etagOf } from '#kit/http/entity-tags.ts';
import type { HttpResponse } from '#kit/http/response.ts';

/** What a command on an order answers. */
export const orderResponse = ({ aggregateId, version, state }: CommandResult<OrderState>): HttpResponse => ({
  status: 200,
  headers: { etag: etagOf(version) },
  body: { orderId: aggregateId, version, status: state.status },
});

/** What the command that placed an order answers. */
export function placedResponse({ aggregateId, version, state }: CommandResult<OrderState>): HttpResponse {
  if (state.status === 'none') throw new Error(`order ${aggregateId} was not placed`);
  const { status, total, currency } = state;
  return {
    status: 201,
    headers: { etag: etagOf(version), location: `/orders/${aggregateId}` },
    body: { orderId: aggregateId, version, status, total: toMajor(total, currency) },
  };
}

/**
 * An order as the API shows it: money in decimals, the customer's name if there is one. A view that an older release
 * wrote lacks what came later.
 */
export function toOrderDto(
  {
    orderId,
    customerId,
    items,
    total,
    holds = [],
    payments = [],
    paymentTerms = 'prepaid',
    ...rest
  }: OrderView,
  customerName: string | undefined,
) {
  const { currency, status } = rest;
  return {
    orderId,
    customerId,
    customerName,
    items: items.map(({ sku, name, quantity, unitPrice }) => ({
      sku,
      name,
      quantity,
      unitPrice: toMajor(unitPrice, currency),
    })),
    total: toMajor(total, currency),
    paidAmount: toMajor(paidAmount({ payments }), currency),
    paymentTerms,
    holds,
    waitsFor: waitsFor({ status, holds }),
    ...rest,
  };
}
