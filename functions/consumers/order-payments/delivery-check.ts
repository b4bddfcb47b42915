import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { AggregateType, EventType } from '#domain/index.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { type EventKey, getStored, getVersions } from '#kit/event-store/by-type.ts';
import type { EventItem } from '#kit/event-store/event-item.ts';
import { streamIdOf } from '#kit/events/event.ts';
import type { DeliveryCheck } from '#kit/operations/delivery-check.ts';

/** What an order has taken. */
const PAID: readonly EventType[] = ['OrderPaid', 'OrderPaymentReceived'];

/** What a payment is given back by, or taken back: then its order has nothing more to take of it. */
const REFUNDED: readonly EventType[] = ['RefundRequested', 'PaymentRefunded', 'PaymentChargedBack'];

/** An order is paid while it is pending: right after it was created. */
const USUAL_VERSION_OF_PAID = 2;

/** A payment is refunded right after it was captured. */
const USUAL_VERSION_OF_REFUNDED = 2;

const CANCELLED: EventType = 'OrderCancelled';

/**
 * By what became of the payment: a captured one has paid its order or was refunded, those of a cancelled order were
 * refunded. AWS calls: up to three batch gets for each 100, and a query for each that is open.
 */
export const deliveryCheck: DeliveryCheck = {
  consumer: 'order-payments',
  eventTypes: ['PaymentCaptured', 'OrderCancelled'] satisfies EventType[],
  async findUndelivered(runtime, keys) {
    const stored = await getStored(runtime, keys);
    const cancelled = stored.filter(({ eventType }) => eventType === CANCELLED);
    const open =
      cancelled.length > 0
        ? await findUnrefundedCancellations(runtime, cancelled)
        : await findUnprocessedPayments(runtime, keys, stored);
    return open.map(({ streamId, version, eventId }) => ({ key: { streamId, version, eventId } }));
  },
};

/** Of these cancelled orders, those with a payment that was not refunded; what nobody paid has nothing to refund. */
async function findUnrefundedCancellations(
  runtime: Runtime,
  cancelled: readonly EventItem[],
): Promise<EventItem[]> {
  const payments = [...new Set(cancelled.flatMap(paymentStreams))];
  const next = await getVersions(
    runtime,
    payments.map((streamId) => ({ streamId, version: USUAL_VERSION_OF_REFUNDED })),
  );
  const refunded = new Set(next.filter(isOf(REFUNDED)).map(({ streamId }) => streamId));
  const late = await Promise.all(
    payments
      .filter((streamId) => !refunded.has(streamId))
      .map(async (streamId) => ((await anyOf(runtime, streamId, REFUNDED)) ? streamId : undefined)),
  );
  for (const streamId of late) if (streamId !== undefined) refunded.add(streamId);
  return cancelled.filter((item) => paymentStreams(item).some((streamId) => !refunded.has(streamId)));
}

/**
 * Of these captured payments (up to 100), those with which nothing has happened: neither has their order taken anything
 * of them, nor were they refunded. One of the two is what their message leads to, whatever the order has become; a
 * capture of nothing leads to nothing.
 */
async function findUnprocessedPayments(
  runtime: Runtime,
  keys: readonly EventKey[],
  stored: readonly EventItem[],
): Promise<EventKey[]> {
  const captured = new Map(stored.map((item) => [item.eventId, item]));
  const due = keys.filter(({ eventId }) => amountOf(captured.get(eventId)) !== 0);
  const orderStreamOf = ({ eventId }: EventKey) => orderStream(captured.get(eventId));
  const orders = [...new Set(due.map(orderStreamOf))].filter((streamId) => streamId !== undefined);
  const [paid, refunded] = await Promise.all([
    getVersions(
      runtime,
      orders.map((streamId) => ({ streamId, version: USUAL_VERSION_OF_PAID })),
    ),
    getVersions(
      runtime,
      due.map(({ streamId, version }) => ({ streamId, version: version + 1 })),
    ),
  ]);
  const taken = paid.filter(isOf(PAID));
  const back = new Set(refunded.filter(isOf(REFUNDED)).map(({ streamId }) => streamId));
  const isTakenBy = (key: EventKey) => takes(captured.get(key.eventId), key.streamId);
  const open = due.filter((key) => !back.has(key.streamId) && !taken.some(isTakenBy(key)));
  const late = await Promise.all(
    open.map(
      async (key) =>
        (await anyOf(runtime, orderStreamOf(key), PAID, isTakenBy(key))) ||
        (await anyOf(runtime, key.streamId, REFUNDED)),
    ),
  );
  return open.filter((_, index) => !late[index]);
}

const isOf =
  (types: readonly EventType[]) =>
  ({ eventType }: EventItem): boolean =>
    (types as readonly string[]).includes(eventType);

/** Whether an order's event takes this capture of this payment. What an earlier release wrote names no capture. */
const takes = (captured: EventItem | undefined, payment: string) => (item: EventItem) => {
  const [theirs, ours] = [fieldOf(item, 'captureId'), fieldOf(captured, 'captureId')];
  return paymentStream(item) === payment && (theirs === ours || !theirs || !ours);
};

/** Whether a stream holds such an event of one of these types. AWS calls: one consistent query a page. */
async function anyOf(
  runtime: Runtime,
  streamId: string | undefined,
  types: readonly EventType[],
  isMeant: (item: EventItem) => boolean = () => true,
): Promise<boolean> {
  if (streamId === undefined) return false;
  let start: Record<string, unknown> | undefined;
  do {
    const page = await runtime.dynamo.send(
      new QueryCommand({
        TableName: runtime.setting('EVENTS_TABLE'),
        KeyConditionExpression: 'streamId = :stream',
        FilterExpression: types.map((_, index) => `eventType = :type${index}`).join(' OR '),
        ExpressionAttributeValues: {
          ':stream': streamId,
          ...Object.fromEntries(types.map((type, index) => [`:type${index}`, type])),
        },
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    );
    if ((page.Items as EventItem[] | undefined)?.some(isMeant)) return true;
    start = page.LastEvaluatedKey;
  } while (start);
  return false;
}

// Stored bodies, of whatever schema: what is not as it should be has no trace, and is said to be open.
const orderStream = (captured: EventItem | undefined) => streamOf('order', captured, 'orderId');
const paymentStream = (item: EventItem) => streamOf('payment', item, 'paymentId');

/** Of a cancelled order: v1 had one payment at the most. */
function paymentStreams(cancelled: EventItem): string[] {
  const payments = fieldOf(cancelled, 'payments');
  const each = Array.isArray(payments) ? payments.map((data) => ({ ...cancelled, data })) : [cancelled];
  return each.map(paymentStream).filter((streamId) => streamId !== undefined);
}

const amountOf = (item: EventItem | undefined) => fieldOf(item, 'amount');

const fieldOf = (item: EventItem | undefined, field: string) =>
  (item?.data as Record<string, unknown> | undefined)?.[field];

function streamOf(aggregateType: AggregateType, item: EventItem | undefined, field: string) {
  const id = fieldOf(item, field);
  return typeof id === 'string' ? streamIdOf(aggregateType, id) : undefined;
}
