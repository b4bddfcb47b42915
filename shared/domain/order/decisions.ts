import { toMajor } from '#domain/money.ts';
import type { Aggregate } from '#kit/events/aggregate.ts';
import { defineRules } from '#kit/events/command-rejected.ts';
import type { Hold, OrderEvent, OrderItem, PaymentTerms, ShippingAddress } from './events.ts';
import { type HoldParameters, holdsOf } from './holds.ts';
import { quantitiesBySku } from './quantities.ts';
import { evolve, type OrderState, type PlacedOrder, paidAmount } from './state.ts';

/** Clients know the rules by name: never rename one. */
export const orderRules = defineRules({
  order_already_exists: 'This order has already been placed.',
  order_without_items: ['invalid-input', 'An order needs at least one item.'],
  order_item_invalid: [
    'invalid-input',
    'An item needs a whole quantity of at least 1 and a price that is not negative.',
  ],
  order_total_too_large: ['invalid-input', 'The total of an order is at most 999,999,999.99.'],
  order_not_found: ['not-found', 'There is no such order.'],
  order_not_paid: 'This order has not been paid yet.',
  order_on_hold: 'This order still waits for its stock, its fraud review or its customs declaration.',
  order_already_shipped: 'This order has already been shipped.',
  order_not_shipped: 'This order has not been shipped yet.',
  order_already_delivered: 'This order has already been delivered.',
  order_cancelled: 'This order has been cancelled.',
  order_already_cancelled: 'This order has already been cancelled, for another reason.',
});

/** Money in minor units. Items are as the catalogue has them, but for their quantity. */
export interface PlaceOrder {
  type: 'place';
  customerId: string;
  items: OrderItem[];
  currency: string;
  shippingAddress: ShippingAddress;
  paymentTerms: 'prepaid' | 'invoice';
  /** ISO 8601: until when a prepaid order waits for its payment. */
  paymentDueAt: string;
  holdParameters: HoldParameters;
}

/** Money that a provider holds for this order, in minor units. */
export interface ApplyCapture {
  type: 'applyCapture';
  paymentId: string;
  captureId: string;
  amount: number;
  currency: string;
}

export type OrderCommand =
  | PlaceOrder
  | ApplyCapture
  | { type: 'releaseHold'; hold: Hold; by: string }
  /** The deadline of its payment has passed. */
  | { type: 'expire'; dueAt: string }
  | { type: 'ship'; carrier: string; trackingNumber: string }
  | { type: 'deliver' }
  | { type: 'cancel'; reason: string };

type CommandOf<Type extends OrderCommand['type']> = Extract<OrderCommand, { type: Type }>;

type ExistingOrder = Exclude<OrderState, { status: 'none' }>;

/** In major units. Numeric filter policies of SNS end at 1e9. */
export const MAX_ORDER_TOTAL = 999_999_999.99;

/**
 * A command that asks for exactly what already is (the same payment, the same tracking number) is a
 * retry and yields nothing; one that asks for something else breaks a rule.
 */
export function decide(command: OrderCommand, state: OrderState): OrderEvent[] {
  if (command.type === 'place') {
    if (state.status !== 'none') throw orderRules.reject('order_already_exists');
    return place(command);
  }
  if (state.status === 'none') throw orderRules.reject('order_not_found');
  switch (command.type) {
    case 'applyCapture':
      return applyCapture(command, state);
    case 'releaseHold':
      return releaseHold(command, state);
    case 'expire':
      return expire(command, state);
    case 'ship':
      return ship(command, state);
    case 'deliver':
      return deliver(state);
    case 'cancel':
      return cancel(command, state);
  }
}

function place({ customerId, items, currency, shippingAddress, ...terms }: PlaceOrder): OrderEvent[] {
  if (items.length === 0) throw orderRules.reject('order_without_items');
  if (!items.every(isSellable)) throw orderRules.reject('order_item_invalid');
  const total = items.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
  if (toMajor(total, currency) > MAX_ORDER_TOTAL) throw orderRules.reject('order_total_too_large');
  const paymentTerms: PaymentTerms = total === 0 ? 'none' : terms.paymentTerms;
  const data = {
    customerId,
    items,
    total,
    currency,
    shippingAddress,
    holds: holdsOf({ items, total, shippingAddress }, terms.holdParameters),
    paymentTerms,
    ...(paymentTerms === 'prepaid' && { paymentDueAt: terms.paymentDueAt }),
  };
  return [{ eventType: 'OrderCreated', data }];
}

/** Takes what is missing to the total, nothing where it can't take any: `takenOf` the state afterwards tells how much. */
function applyCapture(
  { paymentId, captureId, amount, currency }: ApplyCapture,
  order: ExistingOrder,
): OrderEvent[] {
  if (order.status !== 'pending' || currency !== order.currency) return [];
  if (order.payments.some((taken) => taken.paymentId === paymentId && taken.captureId === captureId))
    return [];
  const missing = order.total - paidAmount(order);
  const taken = Math.min(amount, missing);
  if (taken <= 0) return [];
  const eventType = taken === missing ? 'OrderPaid' : 'OrderPaymentReceived';
  const { customerId } = order;
  return [{ eventType, data: { customerId, paymentId, captureId, amount: taken, currency } }];
}

/** A hold that is not (or no longer) there holds nothing. */
function releaseHold({ hold, by }: CommandOf<'releaseHold'>, order: ExistingOrder): OrderEvent[] {
  const isOpen = order.status === 'pending' || order.status === 'paid';
  if (!isOpen || !order.holds.includes(hold)) return [];
  return [{ eventType: 'OrderHoldReleased', data: { customerId: order.customerId, hold, by } }];
}

function expire({ dueAt }: CommandOf<'expire'>, order: ExistingOrder): OrderEvent[] {
  if (order.status !== 'pending' || order.paymentDueAt !== dueAt) return [];
  return [{ eventType: 'OrderCancelled', data: cancellation(order, 'payment_overdue') }];
}

function ship({ carrier, trackingNumber }: CommandOf<'ship'>, order: ExistingOrder): OrderEvent[] {
  switch (order.status) {
    case 'pending':
      throw orderRules.reject('order_not_paid');
    case 'paid':
      if (order.holds.length > 0) throw orderRules.reject('order_on_hold');
      return [{ eventType: 'OrderShipped', data: { customerId: order.customerId, carrier, trackingNumber } }];
    case 'shipped':
    case 'delivered':
      if (order.shipment.carrier !== carrier || order.shipment.trackingNumber !== trackingNumber) {
        throw orderRules.reject('order_already_shipped');
      }
      return [];
    case 'cancelled':
      throw orderRules.reject('order_cancelled');
  }
}

function deliver(order: ExistingOrder): OrderEvent[] {
  switch (order.status) {
    case 'pending':
    case 'paid':
      throw orderRules.reject('order_not_shipped');
    case 'shipped':
      return [{ eventType: 'OrderDelivered', data: { customerId: order.customerId } }];
    case 'delivered':
      return [];
    case 'cancelled':
      throw orderRules.reject('order_cancelled');
  }
}

function cancel({ reason }: CommandOf<'cancel'>, order: ExistingOrder): OrderEvent[] {
  switch (order.status) {
    case 'pending':
    case 'paid':
      return [{ eventType: 'OrderCancelled', data: cancellation(order, reason) }];
    case 'shipped':
      throw orderRules.reject('order_already_shipped');
    case 'delivered':
      throw orderRules.reject('order_already_delivered');
    case 'cancelled':
      if (order.reason !== reason) throw orderRules.reject('order_already_cancelled');
      return [];
  }
}

const cancellation = (
  { customerId, items, total, currency, payments, holds }: PlacedOrder,
  reason: string,
) => ({
  customerId,
  reason,
  total,
  currency,
  items: quantitiesBySku(items),
  payments: [...payments],
  holds: [...holds],
});

const isSellable = ({ quantity, unitPrice }: OrderItem): boolean =>
  Number.isSafeInteger(quantity) && quantity > 0 && Number.isSafeInteger(unitPrice) && unitPrice >= 0;

/** pending → paid → shipped → delivered; cancelled from pending or paid. An order with nothing to pay begins as paid. */
export const orderAggregate: Aggregate<OrderState, OrderCommand, OrderEvent> = {
  type: 'order',
  initialState: { status: 'none' },
  decide,
  evolve,
  onDue: ({ eventType, data }) =>
    eventType === 'OrderCreated' && data.paymentDueAt !== undefined
      ? { type: 'expire', dueAt: data.paymentDueAt }
      : undefined,
};
