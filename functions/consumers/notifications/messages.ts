import type { DomainEventOf } from '#domain/index.ts';
import { minorDigits, toMajor } from '#domain/money.ts';

/** The events of which a customer is told. */
export type NotifiedEvent = DomainEventOf<
  | 'OrderCreated'
  | 'OrderShipped'
  | 'OrderDelivered'
  | 'OrderCancelled'
  | 'PaymentDeclined'
  | 'PaymentRefunded'
>;

/** The events of which staff are told. */
export type StaffEvent = DomainEventOf<
  | 'FraudReviewEscalated'
  | 'CustomsDeclarationEscalated'
  | 'RefundFailed'
  | 'PaymentChargedBack'
  | 'PaymentReportParked'
>;

/** To a customer. It holds no text that a caller wrote: the names of products are the catalogue's. */
export interface Message {
  orderId: string;
  customerId: string;
  subject: string;
  text: string;
}

/** What the customer is told of the event. Plain text, one line a fact. */
export function messageOf(event: NotifiedEvent): Message | undefined {
  switch (event.eventType) {
    case 'OrderCreated':
      return message(event, event.aggregateId, 'We have your order', orderLines(event));
    case 'OrderShipped':
      return message(event, event.aggregateId, 'Your order is on its way', shipmentLines(event));
    case 'OrderDelivered':
      return message(event, event.aggregateId, 'Your order has been delivered', ['Your parcel has arrived.']);
    case 'OrderCancelled':
      return message(event, event.aggregateId, 'Your order has been cancelled', cancellationLines(event));
    case 'PaymentDeclined':
      // Of an order that is not known, nobody is told.
      if (event.data.customerId === undefined) return undefined;
      return message(event, event.data.orderId, 'Your payment was declined', [
        `A payment of ${money(event.data.amount, event.data.currency)} was declined.`,
        'You can try again while your order waits for its payment.',
      ]);
    case 'PaymentRefunded':
      if (event.data.customerId === undefined) return undefined;
      return message(event, event.data.orderId, 'Your refund is on its way', [
        `We have refunded ${money(event.data.amount, event.data.currency)} to you.`,
        'Your bank may take some days to show it.',
      ]);
  }
}

const message = (event: NotifiedEvent, orderId: string, subject: string, lines: string[]): Message => ({
  orderId,
  customerId: event.data.customerId ?? '',
  subject,
  text: [...lines, `Order: ${orderId}`].join('\n'),
});

function orderLines({ data: { items, total, currency } }: DomainEventOf<'OrderCreated'>): string[] {
  return [
    'Thank you for your order.',
    ...items.map(
      ({ quantity, name, unitPrice }) => `${quantity} × ${name} at ${money(unitPrice, currency)} each`,
    ),
    `Total: ${money(total, currency)}`,
  ];
}

/** Any other name is the words of whoever shipped it. */
const CARRIERS = ['UPS', 'FedEx', 'USPS', 'DHL', 'DPD', 'GLS'];

/** No text passes for one: a single word with a digit in it. */
const TRACKING_NUMBER = /^(?=.*\d)[A-Za-z0-9-]{1,40}$/;

function shipmentLines({ data: { carrier, trackingNumber } }: DomainEventOf<'OrderShipped'>): string[] {
  const isNumber = TRACKING_NUMBER.test(trackingNumber);
  return [
    `${CARRIERS.find((known) => known === carrier) ?? 'Our carrier'} has your parcel.`,
    ...(isNumber ? [`Tracking number: ${trackingNumber}`] : []),
  ];
}

/** To the staff of the shop. */
export type StaffMessage = Omit<Message, 'customerId'>;

/** What staff are told of the event. Plain text, one line a fact. */
export function staffMessageOf(event: StaffEvent): StaffMessage {
  switch (event.eventType) {
    case 'FraudReviewEscalated':
      return staffMessage(event.aggregateId, 'A fraud review is overdue', [
        `Nobody has decided on this fraud review by ${event.data.dueAt}.`,
        `Risk: ${event.data.level}, ${event.data.score} of 100 points.`,
      ]);
    case 'CustomsDeclarationEscalated':
      return staffMessage(event.aggregateId, 'A customs declaration is overdue', [
        `Nobody has decided on this customs declaration by ${event.data.dueAt}.`,
        `Country: ${event.data.country}`,
      ]);
    case 'RefundFailed':
      return staffMessage(event.data.orderId, 'A refund failed', [
        `A refund of ${money(event.data.amount, event.data.currency)} could not be made.`,
        'It is not made again unless somebody asks for it.',
        `Payment: ${event.aggregateId}`,
      ]);
    case 'PaymentChargedBack':
      return staffMessage(event.data.orderId, 'A payment was charged back', [
        `The bank of the customer took back ${money(event.data.amount, event.data.currency)}.`,
        'The order goes on: somebody has to decide what becomes of it.',
        `Payment: ${event.aggregateId}`,
      ]);
    case 'PaymentReportParked':
      return staffMessage(event.data.orderId, 'A report about a payment waits for somebody', [
        'Nothing was changed by it: somebody has to look at it.',
        `Payment: ${event.aggregateId}`,
      ]);
  }
}

const staffMessage = (orderId: string, subject: string, lines: string[]) => ({
  orderId,
  subject,
  text: [...lines, `Order: ${orderId}`].join('\n'),
});

/** Only the reasons that we give ourselves are told: any other is the words of whoever cancelled. */
const CANCELLATIONS: Readonly<Record<string, string>> = {
  out_of_stock: 'We are sorry: we do not have everything that you ordered, so we had to cancel your order.',
  payment_overdue: 'We did not receive your payment in time, so we had to cancel your order.',
  fraud_rejected: 'We are sorry: we cannot accept your order, so we had to cancel it.',
  customs_refused: 'We are sorry: your order cannot be sent to its country, so we had to cancel it.',
};

function cancellationLines({ data }: DomainEventOf<'OrderCancelled'>): string[] {
  const { reason, payments } = data;
  const isPaid = payments.some(({ amount }) => amount > 0);
  return [
    (Object.hasOwn(CANCELLATIONS, reason) && CANCELLATIONS[reason]) || 'Your order has been cancelled.',
    ...(isPaid ? ['What we hold of your payment will be refunded.'] : []),
  ];
}

const money = (minor: number, currency: string): string =>
  `${toMajor(minor, currency).toFixed(minorDigits(currency))} ${currency}`;
