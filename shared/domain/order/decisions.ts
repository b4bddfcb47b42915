import { toMajor } from '#domain/money.ts';
import type { Aggregate } from '#kit/events/aggregate.ts';
import { defineRules } from '#kit/events/command-rejected.ts';
import type { OrderEvent, OrderItem, ShippingAddress } from './events.ts';
import { quantitiesBySku } from './quantities.ts';
import { evolve, type OrderState, type PlacedOrder } from './state.ts';

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
  order_already_paid: 'This order has already been paid, with another payment.',
  amount_mismatch: ['invalid-input', "The amount paid is not the order's total."],
  currency_mismatch: ['invalid-input', "The payment's currency is not the order's."],
  order_already_shipped: 'This order has already been shipped.',
  order_not_shipped: 'This order has not been shipped yet.',
  order_already_delivered: 'This order has already been delivered.',
  order_cancelled: 'This order has been cancelled.',
  order_already_cancelled: 'This order has already been cancelled, for another reason.',
});

/** Money in minor units. */
export interface PlaceOrder {
  type: 'place';
  customerId: string;
  items: OrderItem[];
  currency: string;
  shippingAddress: ShippingAddress;
}

export type OrderCommand =
  | PlaceOrder
  | { type: 'pay'; paymentId: string; amount: number; currency: string }
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
    case 'pay':
      return pay(command, state);
    case 'ship':
      return ship(command, state);
    case 'deliver':
      return deliver(state);
    case 'cancel':
      return cancel(command, state);
  }
}

function place({ customerId, items, currency, shippingAddress }: PlaceOrder): OrderEvent[] {
  if (items.length === 0) throw orderRules.reject('order_without_items');
  if (!items.every(isSellable)) throw orderRules.reject('order_item_invalid');
  const total = items.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
  if (toMajor(total, currency) > MAX_ORDER_TOTAL) throw orderRules.reject('order_total_too_large');
  return [{ eventType: 'OrderCreated', data: { customerId, items, total, currency, shippingAddress } }];
}

function pay({ paymentId, amount, currency }: CommandOf<'pay'>, order: ExistingOrder): OrderEvent[] {
  switch (order.status) {
    case 'pending':
      if (currency !== order.currency) throw orderRules.reject('currency_mismatch');
      if (amount !== order.total) throw orderRules.reject('amount_mismatch');
      return [
        { eventType: 'OrderPaid', data: { customerId: order.customerId, paymentId, amount, currency } },
      ];
    case 'paid':
    case 'shipped':
    case 'delivered':
      if (order.paymentId !== paymentId) throw orderRules.reject('order_already_paid');
      return [];
    case 'cancelled':
      throw orderRules.reject('order_cancelled');
  }
}

function ship({ carrier, trackingNumber }: CommandOf<'ship'>, order: ExistingOrder): OrderEvent[] {
  switch (order.status) {
    case 'pending':
      throw orderRules.reject('order_not_paid');
    case 'paid':
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
      return [{ eventType: 'OrderCancelled', data: cancellation(order, reason) }];
    case 'paid':
      return [
        {
          eventType: 'OrderCancelled',
          data: { ...cancellation(order, reason), paymentId: order.paymentId },
        },
      ];
    case 'shipped':
      throw orderRules.reject('order_already_shipped');
    case 'delivered':
      throw orderRules.reject('order_already_delivered');
    case 'cancelled':
      if (order.reason !== reason) throw orderRules.reject('order_already_cancelled');
      return [];
  }
}

const cancellation = ({ customerId, items, total, currency }: PlacedOrder, reason: string) => ({
  customerId,
  reason,
  total,
  currency,
  items: quantitiesBySku(items),
});

const isSellable = ({ quantity, unitPrice }: OrderItem): boolean =>
  Number.isSafeInteger(quantity) && quantity > 0 && Number.isSafeInteger(unitPrice) && unitPrice >= 0;

/** pending → paid → shipped → delivered; cancelled from pending or paid. */
export const orderAggregate: Aggregate<OrderState, OrderCommand, OrderEvent> = {
  type: 'order',
  initialState: { status: 'none' },
  decide,
  evolve,
};
