import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { AggregateType, EventType } from '#domain/index.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { type EventKey, getStored, getVersions } from '#kit/event-store/by-type.ts';
import type { EventItem } from '#kit/event-store/event-item.ts';
import { streamIdOf } from '#kit/events/event.ts';
import type { DeliveryCheck } from '#kit/operations/delivery-check.ts';

const PAID: EventType = 'OrderPaid';
const REFUNDED: EventType = 'PaymentRefunded';

/** An order is paid while it is pending: right after it was created. */
const USUAL_VERSION_OF_PAID = 2;

/** By what became of the payment. AWS calls: three batch gets for each 100, and a query for each that is open. */
export const deliveryCheck: DeliveryCheck = {
  consumer: 'order-payments',
  eventTypes: ['PaymentCaptured'] satisfies EventType[],
  findUndelivered: async (runtime, keys) =>
    (await findUnprocessedPayments(runtime, keys)).map((key) => ({ key })),
};

/**
 * Of these captured payments (up to 100), those with which nothing has happened: neither has their order been paid
 * with them, nor were they refunded. One of the two is what their message leads to, whatever the order has become.
 */
async function findUnprocessedPayments(runtime: Runtime, keys: readonly EventKey[]): Promise<EventKey[]> {
  const captured = new Map((await getStored(runtime, keys)).map((item) => [item.eventId, item]));
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
  const late = await Promise.all(open.map((key) => isPaidWith(runtime, orderStreamOf(key), key.streamId)));
  return open.filter((_, index) => !late[index]);
}

async function isPaidWith(runtime: Runtime, order: string | undefined, payment: string): Promise<boolean> {
  if (order === undefined) return false;
  let start: Record<string, unknown> | undefined;
  do {
    const page = await runtime.dynamo.send(
      new QueryCommand({
        TableName: runtime.setting('EVENTS_TABLE'),
        KeyConditionExpression: 'streamId = :order',
        FilterExpression: 'eventType = :paid',
        ExpressionAttributeValues: { ':order': order, ':paid': PAID },
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    );
    if ((page.Items as EventItem[] | undefined)?.some((item) => paymentStream(item) === payment)) return true;
    start = page.LastEvaluatedKey;
  } while (start);
  return false;
}

// Stored bodies, of whatever schema: what is not as it should be has no trace, and is said to be open.
const orderStream = (captured: EventItem | undefined) => streamOf('order', captured, 'orderId');
const paymentStream = (paid: EventItem) => streamOf('payment', paid, 'paymentId');

function streamOf(aggregateType: AggregateType, item: EventItem | undefined, field: string) {
  const id = (item?.data as Record<string, unknown> | undefined)?.[field];
  return typeof id === 'string' ? streamIdOf(aggregateType, id) : undefined;
}
