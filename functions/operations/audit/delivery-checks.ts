import { application } from '#application';
import { deliveryCheck as customs } from '#functions/consumers/customs/delivery-check.ts';
import { deliveryCheck as fraudReview } from '#functions/consumers/fraud-review/delivery-check.ts';
import { deliveryCheck as inventory } from '#functions/consumers/inventory/delivery-check.ts';
import { deliveryCheck as notifications } from '#functions/consumers/notifications/delivery-check.ts';
import { deliveryCheck as orderHolds } from '#functions/consumers/order-holds/delivery-check.ts';
import { deliveryCheck as orderPayments } from '#functions/consumers/order-payments/delivery-check.ts';
import { deliveryCheck as refunds } from '#functions/consumers/refunds/delivery-check.ts';
import { deliveryCheck as sales } from '#functions/consumers/sales/delivery-check.ts';
import { type DeliveryCheck, projectionChecks } from '#kit/operations/delivery-check.ts';
import { projections } from '#read-model/projections.ts';

/** Every consumer's own. A test derives from the filters which consumer needs one for which type. */
export const deliveryChecks: readonly DeliveryCheck[] = [
  ...projectionChecks(application, projections),
  sales,
  notifications,
  inventory,
  fraudReview,
  customs,
  orderPayments,
  orderHolds,
  refunds,
];

/** Those that tell of events of this type. */
export const checksOf = (eventType: string): readonly DeliveryCheck[] =>
  deliveryChecks.filter(({ eventTypes }) => eventTypes.includes(eventType));

/** The types whose loss somebody would notice. */
export const auditedTypes: readonly string[] = application.registry.eventTypes.filter(
  (type) => checksOf(type).length > 0,
);
