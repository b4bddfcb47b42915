import { orderRules } from '#domain/order/decisions.ts';
import type { OrderState } from '#domain/order/state.ts';
import { forbidden, invalidInput } from '#kit/http/problem.ts';
import type { Caller } from '#kit/http/request.ts';
import { customerId } from './fields.ts';

/** Whether a caller may see and change what belongs to this customer: their own, or anyone's with orders:manage. */
export const canAccessCustomer = (caller: Caller, customerId: string): boolean =>
  caller.userId === customerId || caller.can('orders:manage');

/**
 * The customer that a command is for: the one asked for, else the caller. Throws 403 for another than the caller
 * without orders:manage, 422 where the caller's own name (`sub`) cannot be a customer's.
 */
export function resolveCustomerId(caller: Caller, asked: string | undefined): string {
  if (asked === undefined) {
    const own = customerId.safeParse(caller.userId);
    if (own.success) return own.data;
    const message = "is required: the token's sub cannot be the id of a customer";
    throw invalidInput([{ path: 'customerId', message }]);
  }
  if (!canAccessCustomer(caller, asked)) {
    throw forbidden('Acting for another customer needs the scope orders:manage.');
  }
  return asked;
}

/** For `handleCommand`: to anyone else, an order does not exist. */
export const requireOrderOwner = (caller: Caller) => (order: OrderState) => {
  if (order.status !== 'none' && !canAccessCustomer(caller, order.customerId)) {
    throw orderRules.reject('order_not_found');
  }
};
