import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { AggregateType, EventType } from '#domain/index.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { type EventKey, getStored, getVersions } from '#kit/event-store/by-type.ts';
import type { EventItem } from '#kit/event-store/event-item.ts';
import { streamIdOf } from '#kit/events/event.ts';
import type { DeliveryCheck } from '#kit/operations/delivery-check.ts';

const PAID: EventType = 'OrderPaid';
const REFUNDED: EventType = 'RefundRequested';

/** An order is paid while it is pending: right after it was created. */
const USUAL_VERSION_OF_PAID = 2;

/** A payment is refunded right after it was captured. */
const USUAL_VERSION_OF_REFUNDED = 2;

const CANCELLED: EventType = 'OrderCancelled';

/**
 * By what became of the payment: a captured one has paid its order or was refunded, that of a cancelled order was
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

/** Of these cancelled orders, those whose payment was not refunded; an order that nobody paid has nothing to refund. */
async function findUnrefundedCancellations(
  runtime: Runtime,
  cancelled: readonly EventItem[],
): Promise<EventItem[]> {
  const paid = cancelled.filter((item) => paymentStream(item) !== undefined);
  const payments = [...new Set(paid.map(paymentStream))].filter((streamId) => streamId !== undefined);
  const next = await getVersions(
    runtime,
    payments.map((streamId) => ({ streamId, version: USUAL_VERSION_OF_REFUNDED })),
  );
  const refunded = new Set(
    next.filter(({ eventType }) => eventType === REFUNDED).map(({ streamId }) => streamId),
  );
  const open = paid.filter((item) => !refunded.has(paymentStream(item) ?? ''));
  const late = await Promise.all(
    open.map((item) => anyOfType(runtime, paymentStream(item), REFUNDED, () => true)),
  );
  return open.filter((_, index) => !late[index]);
}

/**
 * Of these captured payments (up to 100), those with which nothing has happened: neither has their order been paid
 * with them, nor were they refunded. One of the two is what their message leads to, whatever the order has become.
 */
async function findUnprocessedPayments(
  runtime: Runtime,
  keys: readonly EventKey[],
  stored: readonly EventItem[],
): Promise<EventKey[]> {
  const captured = new Map(stored.map((item) => [item.eventId, item]));
  const orderStreamOf = ({ eventId }: EventKey) => orderStream(captured.get(eventId));
  const orders = [...new Set(keys.map(orderStreamOf))].filter((streamId) => streamId !== undefined);
  const [paid, refunded] = await Promise.all([
    getVersions(
      runtime,
      orders.map((streamId) => ({ streamId, version: USUAL_VERSION_OF_PAID })),
    ),
    getVersions(
      runtime,
      keys.map(({ streamId, version }) => ({ streamId, version: version + 1 })),
    ),
  ]);
  const processed = new Set([
    ...paid.filter(({ eventType }) => eventType === PAID).map(paymentStream),
    ...refunded.filter(({ eventType }) => eventType === REFUNDED).map(({ streamId }) => streamId),
  ]);
  const open = keys.filter(({ streamId }) => !processed.has(streamId));
  const late = await Promise.all(
    open.map((key) =>
      anyOfType(runtime, orderStreamOf(key), PAID, (item) => paymentStream(item) === key.streamId),
    ),
  );
  return open.filter((_, index) => !late[index]);
}

/** Whether a stream holds such an event of this type. AWS calls: one consistent query a page. */
async function anyOfType(
  runtime: Runtime,
  streamId: string | undefined,
  type: EventType,
  isMeant: (item: EventItem) => boolean,
): Promise<boolean> {
  if (streamId === undefined) return false;
  let start: Record<string, unknown> | undefined;
  do {
    const page = await runtime.dynamo.send(
      new QueryCommand({
        TableName: runtime.setting('EVENTS_TABLE'),
        KeyConditionExpression: 'streamId = :stream',
        FilterExpression: 'eventType = :type',
        ExpressionAttributeValues: { ':stream': streamId, ':type': type },
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
const paymentStream = (item: EventItem) =>
  streamOf('payment', item, 'paymentId') ??
  streamOf('payment', { ...item, data: firstPayment(item) }, 'paymentId');

const firstPayment = ({ data }: EventItem) => (data as { payments?: unknown[] } | undefined)?.payments?.[0];

function streamOf(aggregateType: AggregateType, item: EventItem | undefined, field: string) {
  const id = (item?.data as Record<string, unknown> | undefined)?.[field];
  return typeof id === 'string' ? streamIdOf(aggregateType, id) : undefined;
}
