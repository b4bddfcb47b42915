import { CommandRejected } from '#kit/events/command-rejected.ts';

/** Rule → what a person reads. Clients know the rules by name: never rename one. */
export const orderRules = {
  order_already_exists: 'This order has already been placed.',
  order_without_items: 'An order needs at least one item.',
  order_item_invalid: 'An item needs a whole quantity of at least 1 and a price that is not negative.',
  order_total_too_large: 'The total of an order is at most 999,999,999.99.',
  order_not_found: 'There is no such order.',
  order_not_paid: 'This order has not been paid yet.',
  order_already_paid: 'This order has already been paid, with another payment.',
  amount_mismatch: "The amount paid is not the order's total.",
  currency_mismatch: "The payment's currency is not the order's.",
  order_already_shipped: 'This order has already been shipped.',
  order_not_shipped: 'This order has not been shipped yet.',
  order_already_delivered: 'This order has already been delivered.',
  order_cancelled: 'This order has been cancelled.',
  order_already_cancelled: 'This order has already been cancelled, for another reason.',
} as const;

export type OrderRule = keyof typeof orderRules;

export const broken = (rule: OrderRule): CommandRejected => new CommandRejected(rule, orderRules[rule]);
