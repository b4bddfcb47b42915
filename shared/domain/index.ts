import type { NewEventOf, StoredEventOf } from '#kit/events/event-definition.ts';
import { createRegistry } from '#kit/events/registry.ts';
import { customerAggregate, customerEmailChanged, customerRegistered, customerRenamed } from './customer.ts';
import {
  customsDeclarationAggregate,
  customsDeclarationCleared,
  customsDeclarationClosed,
  customsDeclarationEscalated,
  customsDeclarationOpened,
  customsDeclarationRefused,
} from './customs-declaration.ts';
import {
  fraudReviewAggregate,
  fraudReviewApproved,
  fraudReviewClosed,
  fraudReviewEscalated,
  fraudReviewOpened,
  fraudReviewRejected,
} from './fraud-review.ts';
import { inventoryAggregate } from './inventory/decisions.ts';
import {
  backorderCancelled,
  backorderFilled,
  stockAdjusted,
  stockBackordered,
  stockIssued,
  stockReceived,
  stockRejected,
  stockReleased,
  stockReserved,
} from './inventory/events.ts';
import { orderAggregate } from './order/decisions.ts';
import {
  orderCancelled,
  orderCreated,
  orderDelivered,
  orderHoldReleased,
  orderPaid,
  orderPaymentReceived,
  orderShipped,
} from './order/events.ts';
import { paymentAggregate } from './payment/decisions.ts';
import {
  paymentCaptured,
  paymentChargedBack,
  paymentDeclined,
  paymentRefunded,
  paymentReportParked,
  paymentReportResolved,
  refundFailed,
  refundRequested,
} from './payment/events.ts';
import { productAggregate, productListed, productPriceChanged, productWithdrawn } from './product.ts';

/** Every event type there is, by its name. */
export const eventDefinitions = {
  CustomerRegistered: customerRegistered,
  CustomerRenamed: customerRenamed,
  CustomerEmailChanged: customerEmailChanged,
  ProductListed: productListed,
  ProductPriceChanged: productPriceChanged,
  ProductWithdrawn: productWithdrawn,
  OrderCreated: orderCreated,
  OrderPaymentReceived: orderPaymentReceived,
  OrderPaid: orderPaid,
  OrderHoldReleased: orderHoldReleased,
  OrderShipped: orderShipped,
  OrderDelivered: orderDelivered,
  OrderCancelled: orderCancelled,
  PaymentCaptured: paymentCaptured,
  PaymentDeclined: paymentDeclined,
  RefundRequested: refundRequested,
  PaymentRefunded: paymentRefunded,
  RefundFailed: refundFailed,
  PaymentChargedBack: paymentChargedBack,
  PaymentReportParked: paymentReportParked,
  PaymentReportResolved: paymentReportResolved,
  StockReceived: stockReceived,
  StockAdjusted: stockAdjusted,
  StockReserved: stockReserved,
  StockRejected: stockRejected,
  StockReleased: stockReleased,
  StockIssued: stockIssued,
  StockBackordered: stockBackordered,
  BackorderFilled: backorderFilled,
  BackorderCancelled: backorderCancelled,
  FraudReviewOpened: fraudReviewOpened,
  FraudReviewApproved: fraudReviewApproved,
  FraudReviewRejected: fraudReviewRejected,
  FraudReviewEscalated: fraudReviewEscalated,
  FraudReviewClosed: fraudReviewClosed,
  CustomsDeclarationOpened: customsDeclarationOpened,
  CustomsDeclarationCleared: customsDeclarationCleared,
  CustomsDeclarationRefused: customsDeclarationRefused,
  CustomsDeclarationEscalated: customsDeclarationEscalated,
  CustomsDeclarationClosed: customsDeclarationClosed,
} as const;

/** The registry of this domain: the kit reads, checks and describes events through it. */
export const registry = createRegistry(eventDefinitions, [
  customerAggregate,
  productAggregate,
  orderAggregate,
  paymentAggregate,
  inventoryAggregate,
  fraudReviewAggregate,
  customsDeclarationAggregate,
]);

type Definitions = typeof eventDefinitions;

export type EventType = keyof Definitions;

/** Any stored event, its data lifted to the current version; discriminated by `eventType`. */
export type DomainEvent = StoredEventOf<Definitions[EventType]>;

export type AggregateType = DomainEvent['aggregateType'];

/** The stored event of one type: `DomainEventOf<'OrderCreated'>`. */
export type DomainEventOf<Type extends EventType> = StoredEventOf<Definitions[Type]>;

/** The stored events of one kind of aggregate: `DomainEventFrom<'order'>`. */
export type DomainEventFrom<Aggregate extends AggregateType> = Extract<
  DomainEvent,
  { aggregateType: Aggregate }
>;

/** Any event as a decider returns it. */
export type NewDomainEvent = NewEventOf<Definitions[EventType]>;
