import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { customerView } from '#domain/customer.ts';
import { customsDeclarationView } from '#domain/customs-declaration.ts';
import { fraudReviewView } from '#domain/fraud-review.ts';
import type { DomainEvent } from '#domain/index.ts';
import { inventoryAggregate } from '#domain/inventory/decisions.ts';
import { stockView } from '#domain/inventory/view.ts';
import { orderView } from '#domain/order/view.ts';
import { paymentAggregate } from '#domain/payment/decisions.ts';
import { type Balance, balanceOf } from '#domain/payment/state.ts';
import { paymentView } from '#domain/payment/view.ts';
import { productView } from '#domain/product.ts';
import {
  messageOf,
  type NotifiedEvent,
  type StaffEvent,
  staffMessageOf,
} from '#functions/consumers/notifications/messages.ts';
import { notifications } from '#functions/consumers/notifications/policy.ts';
import { reactsTo } from '#kit/events/policy.ts';
import type { ItemKey } from '#kit/projections/keys.ts';
import {
  customerKey,
  customsDeclarationKey,
  fraudReviewKey,
  notificationKey,
  orderKey,
  orderListKeys,
  paymentKey,
  productKey,
  productListingKeys,
  salesKey,
  stockKey,
} from '#read-model/keys.ts';
import { payments } from '#read-model/order-view.ts';
import { customsDeclarations, fraudReviews } from '#read-model/reviews.ts';
import type { Item } from '#tests/properties/fakes/expression.ts';
import type { Findings, Kind } from './findings.ts';
import type { History } from './history.ts';
import type { Seen } from './seen.ts';

const HOME_COUNTRY = 'US';
const HIGH_VALUE_MINOR = 100_000;

const OPTIONAL = ['paidAt', 'shippedAt', 'shipment', 'deliveredAt', 'cancelledAt', 'cancellation'] as const;

/** Every item that the read model must have, and none besides: each view the fold of its stream, sales of each day recounted. */
export function checkReadModel({ history, readModels }: Seen, findings: Findings): void {
  for (const items of readModels) checkItems(history, items, findings);
}

function checkItems(history: History, items: readonly Item[], findings: Findings): void {
  const there = new Map(
    items
      .filter(({ pk }) => !/^(INBOX#|AUDIT($|#)|DEADLINES$)/.test(String(pk)))
      .map((item) => [nameOf(item), item]),
  );
  const expect = (key: ItemKey, expected: Item, kind: Kind = 'wrong view') => {
    const item = there.get(nameOf(key));
    there.delete(nameOf(key));
    if (!item) return findings.add(kind === 'wrong view' ? kind : 'lost', `${nameOf(key)} is missing`);
    const wrong = Object.keys(expected).filter(
      (name) => !isDeepStrictEqual(item[name], plain(expected[name])),
    );
    for (const name of wrong) {
      const [is, must] = [JSON.stringify(item[name]), JSON.stringify(expected[name])];
      findings.add(kind, `${nameOf(key)} has ${name} ${is}, not ${must}`);
    }
  };

  for (const stream of history.streamsOf('order')) {
    const view = fold(stream, orderView);
    if (!view) continue;
    // Said of every attribute that may be missing: it must be when it should.
    const keys = { openPk: undefined, ...orderListKeys(view) };
    expect(orderKey(view.orderId), { ...view, ...keys });
    for (const optional of OPTIONAL) {
      if (
        view[optional] === undefined &&
        items.find((item) => nameOf(item) === nameOf(orderKey(view.orderId)))?.[optional]
      ) {
        findings.add('wrong view', `${view.orderId} has a ${optional}`);
      }
    }
  }
  for (const stream of history.streamsOf('customer')) {
    const view = fold(stream, customerView);
    if (view) expect(customerKey(view.customerId), { ...view });
  }
  for (const stream of history.streamsOf('payment')) {
    const view = fold(stream, paymentView);
    if (view) expect(paymentKey(view.paymentId), { ...view, ...payments.indexKeys?.(view) });
  }
  for (const stream of history.streamsOf('product')) {
    const view = fold(stream, productView);
    if (view) expect(productKey(view.sku), { ...view, ...productListingKeys(view) });
  }
  for (const stream of history.streamsOf('inventory')) {
    const view = fold(stream, stockView);
    if (!view) continue;
    if (view.onHand < view.reserved || view.reserved < 0) findings.add('doubled', `${view.sku} is oversold`);
    expect(stockKey(view.sku), { ...view });
  }
  for (const stream of history.streamsOf('fraud-review')) {
    const view = fold(stream, fraudReviewView);
    if (view) expect(fraudReviewKey(view.orderId), { ...view, ...fraudReviews.indexKeys?.(view) });
  }
  for (const stream of history.streamsOf('customs-declaration')) {
    const view = fold(stream, customsDeclarationView);
    if (view)
      expect(customsDeclarationKey(view.orderId), { ...view, ...customsDeclarations.indexKeys?.(view) });
  }
  for (const event of history.events) expectReviews(event, history, findings);
  for (const event of history.events) {
    const message = toldBy(event);
    if (!message) continue;
    const { eventId, eventType } = event;
    expect(notificationKey(message.orderId, eventId), { ...message, eventId, eventType }, 'lost');
  }
  mergeShares(there);
  for (const [day, counters] of salesOf(history)) {
    const key = salesKey(day, 0);
    expect(key, counters, tooMuch(there.get(nameOf(key)), counters));
  }
  for (const [name, item] of there) {
    if (!String(item.pk).startsWith('SNAPSHOT#')) findings.add('doubled', `${name} has no event`);
    else if (!isSnapshotOf(history.streams, item)) findings.add('wrong view', `${name} is another state`);
  }
}

/** What somebody is told of an event: it must be recorded. */
function toldBy(event: DomainEvent): { orderId: string } | undefined {
  if (!reactsTo(notifications, event)) return undefined;
  return isToStaff(event) ? staffMessageOf(event) : messageOf(event as NotifiedEvent);
}

const TO_STAFF: Record<StaffEvent['eventType'], true> = {
  FraudReviewEscalated: true,
  CustomsDeclarationEscalated: true,
  RefundFailed: true,
  PaymentChargedBack: true,
  PaymentReportParked: true,
};

const isToStaff = (event: DomainEvent): event is StaffEvent => Object.hasOwn(TO_STAFF, event.eventType);

/** What its stream had come to at that version. */
function isSnapshotOf(streams: History['streams'], { pk, version, content }: Item): boolean {
  const stream = streams.get(String(pk).slice('SNAPSHOT#'.length)) ?? [];
  const { evolve, initialState } = inventoryAggregate;
  const state = (stream.slice(0, Number(version)) as never[]).reduce(evolve, initialState);
  const kept = JSON.parse(String(gunzipSync(content as Uint8Array))) as { state: unknown };
  return isDeepStrictEqual(kept.state, state);
}

/** An order that is large or goes abroad has been opened for whoever decides. */
function expectReviews(event: DomainEvent, { streams }: History, findings: Findings): void {
  if (event.eventType !== 'OrderCreated') return;
  const { total, shippingAddress } = event.data;
  const wanted = [
    ...(total >= HIGH_VALUE_MINOR ? ['fraud-review'] : []),
    ...(shippingAddress.country !== HOME_COUNTRY ? ['customs-declaration'] : []),
  ].map((aggregate) => `${aggregate}-${event.aggregateId}`);
  for (const streamId of wanted) if (!streams.has(streamId)) findings.add('lost', `${streamId} is missing`);
}

function salesOf({ events, streams }: History): Map<string, Record<string, number>> {
  const sales = new Map<string, Record<string, number>>();
  for (const event of events) {
    const add = movedBy(event, streams) ?? countedBy(event);
    if (!add) continue;
    const day = event.metadata.timestamp.slice(0, 10);
    const sum = sales.get(day) ?? {};
    for (const [name, amount] of Object.entries(add)) sum[name] = (sum[name] ?? 0) + amount;
    sales.set(day, sum);
  }
  return sales;
}

/** An event may be counted in any share of its day: what must be right is their sum, which then stands as the first one. */
function mergeShares(there: Map<string, Item>): void {
  const sums = new Map<string, Item>();
  for (const [name, { pk, sk, ...share }] of there) {
    const [, day] = /^SALES#([^#]+)#\d+$/.exec(String(pk)) ?? [];
    if (day === undefined) continue;
    there.delete(name);
    const sum = sums.get(day) ?? { ...salesKey(day, 0) };
    for (const [counter, amount] of Object.entries(share)) {
      sum[counter] = Number(sum[counter] ?? 0) + Number(amount);
    }
    sums.set(day, sum);
  }
  for (const sum of sums.values()) there.set(nameOf(sum), sum);
}

function countedBy(event: DomainEvent): Record<string, number> | undefined {
  switch (event.eventType) {
    case 'OrderCreated':
      return { orders: 1, ordered: event.data.total };
    case 'OrderCancelled':
      return { cancelled: 1, cancelledAmount: event.data.total };
    case 'OrderShipped':
      return { shipped: 1 };
    default:
      return undefined;
  }
}

/** By how much the balance of its payment moved: what sales count adds up to what the payments hold. */
function movedBy(
  { streamId, version, eventType, aggregateType }: DomainEvent,
  streams: History['streams'],
): Record<string, number> | undefined {
  if (aggregateType !== 'payment') return undefined;
  const stream = streams.get(streamId) ?? [];
  const [before, after] = [moneyOf(stream.slice(0, version - 1)), moneyOf(stream.slice(0, version))];
  switch (eventType) {
    case 'PaymentCaptured':
      return { captured: after.captured - before.captured };
    case 'PaymentRefunded':
    case 'RefundFailed':
    case 'PaymentChargedBack':
      return { refunded: after.refunded + after.chargedBack - before.refunded - before.chargedBack };
    default:
      return undefined;
  }
}

function moneyOf(stream: readonly DomainEvent[]): Balance {
  const state = (stream as never[]).reduce(paymentAggregate.evolve, paymentAggregate.initialState);
  return balanceOf(state.status === 'none' ? { captures: {}, refunds: {}, chargebacks: {} } : state);
}

const tooMuch = (item: Item | undefined, counters: Record<string, number>): Kind =>
  ['orders', 'cancelled', 'shipped'].some((name) => Number(item?.[name] ?? 0) > (counters[name] ?? 0))
    ? 'doubled'
    : 'lost';

const fold = <View, Event>(stream: readonly Event[], apply: (view: View | undefined, event: Event) => View) =>
  stream.reduce<View | undefined>(apply, undefined);

const nameOf = (key: Item | ItemKey): string => `${key.pk} ${key.sk}`;

const plain = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));
