import type { SendMessageBatchCommandInput } from '@aws-sdk/client-sqs';
import type { DomainEvent, NewDomainEvent } from '#domain/index.ts';
import * as customs from '#functions/consumers/customs/handler.ts';
import * as fraudReview from '#functions/consumers/fraud-review/handler.ts';
import * as inventory from '#functions/consumers/inventory/handler.ts';
import * as notifications from '#functions/consumers/notifications/handler.ts';
import * as orderHolds from '#functions/consumers/order-holds/handler.ts';
import * as orderPayments from '#functions/consumers/order-payments/handler.ts';
import * as refunds from '#functions/consumers/refunds/handler.ts';
import * as sales from '#functions/consumers/sales/handler.ts';
import type { Audited } from '#functions/operations/audit/audit.ts';
import { createHandler } from '#functions/operations/audit/handler.ts';
import type { ScheduledAudit } from '#functions/operations/audit/report.ts';
import * as orderView from '#functions/projections/order-view/handler.ts';
import * as reviews from '#functions/projections/reviews/handler.ts';
import * as stockView from '#functions/projections/stock-view/handler.ts';
import type { Runtime, RuntimeParts } from '#kit/config/runtime.ts';
import { type ConsumerHandler, type Consumers, startConsumers } from '#tests/support/consumers.ts';
import { streamAt } from '#tests/support/streams.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const handlers: Record<string, { createHandler(runtime: Runtime): unknown }> = {
  'order-view': orderView,
  'stock-view': stockView,
  sales,
  notifications,
  'order-payments': orderPayments,
  'order-holds': orderHolds,
  inventory,
  'fraud-review': fraudReview,
  customs,
  refunds,
  reviews,
};

/** As the template has them. */
const FILTERS: Record<string, object> = {
  'fraud-review': { total: [{ numeric: ['>=', 1_000] }] },
  customs: { country: [{ 'anything-but': ['US'] }] },
};

/** An audit over tables of the test's own, on the test's clock; what it sends is kept, and arrives nowhere by itself. */
export interface Auditing {
  the: Consumers;
  /** ms since 1970. */
  now: number;
  /** What went out since the last `clear`. */
  sent: { queue: string; event: DomainEvent }[];
  /** The same, each event once. */
  readonly redelivered: DomainEvent[];
  /** Metric → value, of the last run: `ProjectionLagSeconds order-view`. */
  metrics: Record<string, number>;
  /** A run by the schedule. */
  run(parts?: RuntimeParts): Promise<ScheduledAudit>;
  /** A run by hand. */
  audit<Answer = Audited>(input: object, parts?: RuntimeParts): Promise<Answer>;
  /** Stores a stream whose first event is `ago` ms old and answers its events, a second apart. */
  append(ago: number, streamId: string, events: readonly NewDomainEvent[]): Promise<DomainEvent[]>;
  /** These consumers handle these events. */
  arrive(events: readonly DomainEvent[], ...consumers: string[]): Promise<void>;
  clear(): void;
}

export async function startAuditing(): Promise<Auditing> {
  const the = await startConsumers();
  const auditing: Auditing = {
    the,
    // Noon: no day's end is near unless a test looks for it.
    now: Date.UTC(2026, 5, 15, 12),
    sent: [],
    get redelivered() {
      return [...new Map(auditing.sent.map(({ event }) => [event.eventId, event])).values()];
    },
    metrics: {},
    run: (parts) => auditing.audit<ScheduledAudit>({ scheduled: true }, parts),
    async audit<Answer>(input: object, parts: RuntimeParts = {}) {
      auditing.metrics = {};
      const runtime = the.runtime('audit', {
        now: () => auditing.now,
        sqs: queueOf(auditing),
        metrics: {
          count: (name, value = 1) => record(name, value),
          record,
          flush() {},
        },
        ...parts,
        settings: { CONSUMER_SUBSCRIPTIONS: JSON.stringify(SUBSCRIPTIONS), AUDIT_QUEUE_URL: 'audit-steps' },
      });
      return (await createHandler(runtime)(input)) as Answer;
    },
    async append(ago, streamId, events) {
      const [aggregateType = '', ...id] = streamId.split('-');
      const at = new Date(auditing.now - ago).toISOString();
      const stored = streamAt(at, aggregateType as 'order', id.join('-'), events) as DomainEvent[];
      await the.data.store(stored);
      return stored;
    },
    async arrive(events, ...consumers) {
      for (const consumer of consumers) {
        const handler = handlers[consumer]?.createHandler(the.runtime(consumer)) as ConsumerHandler;
        await the.handled(handler, ...events);
      }
    },
    clear() {
      auditing.sent.length = 0;
    },
  };
  const record = (name: string, value: number, of?: string) => {
    const key = of ? `${name} ${of}` : name;
    auditing.metrics[key] = (auditing.metrics[key] ?? 0) + value;
  };
  return auditing;
}

const SUBSCRIPTIONS = Object.fromEntries(
  Object.keys(handlers).map((name) => [name, { queue: name, filter: FILTERS[name] ?? {} }]),
);

const queueOf = ({ sent }: Auditing) =>
  ({
    async send({ input }: { input: SendMessageBatchCommandInput }) {
      const entries = input.Entries ?? [];
      sent.push(
        ...entries.map(({ MessageBody = '' }) => ({
          queue: input.QueueUrl ?? '',
          event: JSON.parse(MessageBody) as DomainEvent,
        })),
      );
      return {};
    },
  }) as unknown as Runtime['sqs'];

/** Who was sent what: `sales order-1@2`. */
export const deliveriesOf = (sent: Auditing['sent']): string[] =>
  sent.map(({ queue, event }) => `${queue} ${event.streamId}@${event.version}`).sort();

/** `order-1@2` */
export const placesOf = (events: readonly { streamId: string; version: number }[]): string[] =>
  events.map(({ streamId, version }) => `${streamId}@${version}`).sort();
