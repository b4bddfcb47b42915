import { toMajor } from '#domain/money.ts';
import type { OrderEvent, OrderItem, ShippingAddress } from './events.ts';
import type { OrderState, PlacedOrder } from './evolve.ts';
import { quantitiesBySku } from './quantities.ts';
import { broken } from './rules.ts';

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
    if (state.status !== 'none') throw broken('order_already_exists');
    return place(command);
  }
  if (state.status === 'none') throw broken('order_not_found');
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
  if (items.length === 0) throw broken('order_without_items');
  if (!items.every(isSellable)) throw broken('order_item_invalid');
  const total = items.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
  if (toMajor(total, currency) > MAX_ORDER_TOTAL) throw broken('order_total_too_large');
  return [{ eventType: 'OrderCreated', data: { customerId, items, total, currency, shippingAddress } }];
}

function pay({ paymentId, amount, currency }: CommandOf<'pay'>, order: ExistingOrder): OrderEvent[] {
  switch (order.status) {
    case 'pending':
      if (currency !== order.currency) throw broken('currency_mismatch');
      if (amount !== order.total) throw broken('amount_mismatch');
      return [
        { eventType: 'OrderPaid', data: { customerId: order.customerId, paymentId, amount, currency } },
      ];
    case 'paid':
    case 'shipped':
    case 'delivered':
      if (order.paymentId !== paymentId) throw broken('order_already_paid');
      return [];
    case 'cancelled':
      throw broken('order_cancelled');
  }
}

function ship({ carrier, trackingNumber }: CommandOf<'ship'>, order: ExistingOrder): OrderEvent[] {
  switch (order.status) {
    case 'pending':
      throw broken('order_not_paid');
    case 'paid':
      return [{ eventType: 'OrderShipped', data: { customerId: order.customerId, carrier, trackingNumber } }];
    case 'shipped':
    case 'delivered':
      if (order.shipment.carrier !== carrier || order.shipment.trackingNumber !== trackingNumber) {
        throw broken('order_already_shipped');
      }
      return [];
    case 'cancelled':
      throw broken('order_cancelled');
  }
}

function deliver(order: ExistingOrder): OrderEvent[] {
  switch (order.status) {
    case 'pending':
    case 'paid':
      throw broken('order_not_shipped');
    case 'shipped':
      return [{ eventType: 'OrderDelivered', data: { customerId: order.customerId } }];
    case 'delivered':
      return [];
    case 'cancelled':
      throw broken('order_cancelled');
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
      throw broken('order_already_shipped');
    case 'delivered':
      throw broken('order_already_delivered');
    case 'cancelled':
      if (order.reason !== reason) throw broken('order_already_cancelled');
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
