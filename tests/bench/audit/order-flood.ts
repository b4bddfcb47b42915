import type { DomainEvent } from '#domain/index.ts';
import { byTypePartition, dayOf, type EventItem, shardOf, toItem } from '#kit/event-store/event-item.ts';
import { lowestIdAt, timeOf } from '#kit/events/ids.ts';
import { orderLife, streamAt, wholeCapture } from '#tests/support/streams.ts';

type Input = Record<string, unknown>;
type Key = Record<string, unknown>;
interface IndexKey {
  streamId: string;
  version: number;
  eventId: string;
}

const AT = '2026-06-15T00:00:00.000Z';
const [created, paid, shipped, delivered] = orderLife('ada');
if (!created || !paid || !shipped || !delivered) throw new Error('an order has four events');

/** The life of each order: 4 events of its stream, and one of its payment's. */
const lifeOf = (id: string): DomainEvent[] => {
  const { amount } = wholeCapture;
  const capture = { paymentId: id, captureId: 'ch_1', amount, currency: 'USD' };
  const captured = {
    orderId: id,
    customerId: 'ada',
    amount,
    currency: 'USD',
    reference: 'ch_1',
    captureId: 'ch_1',
  };
  return [
    ...streamAt(AT, 'order', id, [
      created,
      { eventType: 'OrderPaid', data: { customerId: 'ada', ...capture } },
      shipped,
      delivered,
    ]),
    ...streamAt(AT, 'payment', id, [{ eventType: 'PaymentCaptured', data: captured }]),
  ];
};

const TEMPLATE = lifeOf('template');

/** Events of one order. */
export const EVENTS_OF_AN_ORDER = TEMPLATE.length;

/**
 * DynamoDB as it would be after any number of orders that have gone all their ways, so many a second: nothing is stored, every
 * item is computed when it is read. Only what the audit itself writes is kept.
 */
export class OrderFlood {
  readonly #perSecond: number;
  readonly #start: number;
  readonly #written = new Map<string, Key>();

  constructor(start: number, perSecond: number) {
    this.#start = start;
    this.#perSecond = perSecond;
  }

  perform({
    constructor: { name },
    input: given,
  }: {
    constructor: { name: string };
    input: object;
  }): unknown {
    const input = given as Input;
    switch (name) {
      case 'QueryCommand':
        return input.IndexName ? this.#index(input) : { Items: this.#query(input) };
      case 'BatchGetCommand':
        return this.#batch(input);
      case 'GetCommand':
        return { Item: this.#written.get(nameOf(input.Key as Key)) };
      case 'PutCommand':
        this.#written.set(nameOf(input.Item as Key), input.Item as Key);
        return {};
      default:
        throw new Error(`nothing is computed for ${name}`);
    }
  }

  #batch({ RequestItems }: Input): object {
    const [[table, { Keys }] = ['', { Keys: [] }]] = Object.entries(
      RequestItems as Record<string, { Keys: Key[] }>,
    );
    const items = Keys.map((key) => {
      if (key.streamId) return this.#event(String(key.streamId), Number(key.version));
      // A view is as far as its stream; a message names its event.
      return { ...key, version: TEMPLATE.length, eventId: key.sk };
    });
    return { Responses: { [table]: items } };
  }

  #query({ ExpressionAttributeValues }: Input): object[] {
    const values = ExpressionAttributeValues as Record<string, unknown>;
    const partition = values[':partition'] ?? values[':windows'];
    if (partition !== undefined) {
      const from = String(values[':from'] ?? '');
      return [...this.#written.values()]
        .filter(({ pk, sk }) => pk === partition && String(sk) >= from)
        .sort((a, b) => (String(a.sk) < String(b.sk) ? -1 : 1));
    }
    const streamId = String(values[':streamId'] ?? '');
    // Neither a SKU's stream nor a snapshot of it.
    if (!/^(order|payment)-0/.test(streamId)) return [];
    return TEMPLATE.filter(({ aggregateType }) => streamId.startsWith(`${aggregateType}-`)).map(
      ({ version }) => this.#event(streamId, version),
    );
  }

  #event(streamId: string, version: number): EventItem {
    const [aggregateType = ''] = streamId.split('-');
    const at = TEMPLATE.findIndex((one) => one.aggregateType === aggregateType && one.version === version);
    const template = TEMPLATE[at];
    if (!template) throw new Error(`${streamId} has no version ${version}`);
    const id = streamId.slice(aggregateType.length + 1);
    const event = { ...template, streamId, aggregateId: id, eventId: eventIdOf(id, at) };
    const owns = { paymentId: id, orderId: id };
    const data = Object.fromEntries(
      Object.entries(template.data).map(([name, value]) => [name, owns[name as 'orderId'] ?? value]),
    );
    const attributes =
      aggregateType === 'order' && version === 1 ? { total: 29.99, country: 'US' } : undefined;
    return toItem({ ...event, data }, attributes);
  }

  #index({ ExpressionAttributeValues, Limit, ExclusiveStartKey }: Input): object {
    const values = ExpressionAttributeValues as Record<string, string>;
    const [eventType = '', day, shard] = (values[':partition'] ?? '').split('#');
    const at = TEMPLATE.findIndex((one) => one.eventType === eventType);
    if (at === -1) return { Items: [] };
    const low = String((ExclusiveStartKey as Key | undefined)?.eventId ?? values[':low']);
    const limit = Math.min(Number(Limit), 7_000);
    const Items: IndexKey[] = [];
    const first = Math.max(0, Math.floor(((timeOf(low) - this.#start) * this.#perSecond) / 1_000) - 1);
    const end = Math.min(timeOf(String(values[':high'])) + 1, Date.parse(`${day}T23:59:59.999Z`) + 1);
    for (let order = first; Items.length < limit; order++) {
      const ms = this.#start + Math.floor((order * 1_000) / this.#perSecond);
      if (ms >= end) return { Items };
      const id = orderIdOf(ms, order);
      const { aggregateType, version } = TEMPLATE[at] as DomainEvent;
      const eventId = eventIdOf(id, at);
      const streamId = `${aggregateType}-${id}`;
      if (eventId <= low || eventId > String(values[':high'])) continue;
      if (dayOf(ms) === day && shardOf(streamId) === Number(shard))
        Items.push({ streamId, version, eventId });
    }
    const last = Items.at(-1);
    return {
      Items,
      LastEvaluatedKey: { ...last, typeDayShard: byTypePartition(eventType, day ?? '', Number(shard)) },
    };
  }
}

/** A UUIDv7 of this time, with the number of the order in it. */
function orderIdOf(ms: number, order: number): string {
  return `${lowestIdAt(ms).slice(0, 14)}7000-8000-${order.toString(16).padStart(12, '0')}`;
}

/** The same, with the place of the event in its life. */
const eventIdOf = (id: string, at: number): string =>
  `${id.slice(0, 15)}${String(at + 1).padStart(3, '0')}${id.slice(18)}`;

const nameOf = ({ pk, sk }: Key): string => `${pk}|${sk}`;
