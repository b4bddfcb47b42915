import type { OrderState } from '#domain/order/order.ts';
import { orderRules } from '#domain/order/rules.ts';
import type { CommandResult } from '#kit/event-store/handle-command.ts';
import { CommandRejected } from '#kit/events/command-rejected.ts';
import type { Caller } from '#kit/http/request.ts';
import type { HttpAnswer } from '#kit/http/response.ts';
import { shown } from './money.ts';

/** The version as HTTP has it: what a client sends back as If-Match. */
export const etag = (version: number): string => `"${version}"`;

/** What a command on an order answers. */
export const orderAnswer = ({ aggregateId, version, state }: CommandResult<OrderState>): HttpAnswer => ({
  status: 200,
  headers: { etag: etag(version) },
  body: { orderId: aggregateId, version, status: state.status },
});

/** What the command that placed an order answers. */
export function placedAnswer({ aggregateId, version, state }: CommandResult<OrderState>): HttpAnswer {
  if (state.status === 'none') throw new Error(`order ${aggregateId} was not placed`);
  const { status, total, currency } = state;
  return {
    status: 201,
    headers: { etag: etag(version), location: `/orders/${aggregateId}` },
    body: { orderId: aggregateId, version, status, total: shown(total, currency) },
  };
}

/** Whose order it is, or who may manage every order. */
export const mayTouchOrdersOf = (caller: Caller, customerId: string): boolean =>
  caller.userId === customerId || caller.can('orders:manage');

/** For `handleCommand`: to anyone else, an order does not exist. */
export const ownOrderOnly = (caller: Caller) => (order: OrderState) => {
  if (order.status !== 'none' && !mayTouchOrdersOf(caller, order.customerId)) {
    throw new CommandRejected('order_not_found', orderRules.order_not_found);
  }
};
