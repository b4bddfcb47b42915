import type { PublishBatchCommandInput } from '@aws-sdk/client-sns';
import type { SendMessageCommandInput } from '@aws-sdk/client-sqs';
import type { DomainEvent, NewDomainEvent } from '#domain/index.ts';
import * as notifications from '#functions/consumers/notifications/handler.ts';
import * as orderPayments from '#functions/consumers/order-payments/handler.ts';
import * as sales from '#functions/consumers/sales/handler.ts';
import type { Audited } from '#functions/operations/audit/audit.ts';
import { createHandler } from '#functions/operations/audit/handler.ts';
import type { ScheduledAudit } from '#functions/operations/audit/report.ts';
import * as orderView from '#functions/projections/order-view/handler.ts';
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
};

/** An audit over tables of the test's own, on the test's clock; what it sends is kept, and arrives nowhere by itself. */
export interface Auditing {
  the: Consumers;
  /** ms since 1970. */
  now: number;
  /** By the topic, and by queue, since the last `clear`. */
  published: DomainEvent[];
  rung: { queue: string; event: DomainEvent }[];
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
    published: [],
    rung: [],
    metrics: {},
    run: (parts) => auditing.audit<ScheduledAudit>({ scheduled: true }, parts),
    async audit<Answer>(input: object, parts: RuntimeParts = {}) {
      auditing.metrics = {};
      const runtime = the.runtime('audit', {
        now: () => auditing.now,
        sns: topicOf(auditing),
        sqs: queueOf(auditing),
        metrics: {
          count: (name, value = 1) => record(name, value),
          record,
          flush() {},
        },
        ...parts,
        settings: { TOPIC_ARN: 'topic', CONSUMER_QUEUES: JSON.stringify(QUEUES) },
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
      auditing.published.length = 0;
      auditing.rung.length = 0;
    },
  };
  const record = (name: string, value: number, of?: string) => {
    const key = of ? `${name} ${of}` : name;
    auditing.metrics[key] = (auditing.metrics[key] ?? 0) + value;
  };
  return auditing;
}

const QUEUES = Object.fromEntries(
  ['order-view', 'stock-view'].map((name) => [name, { queue: name, deadLetters: `${name}-dead-letters` }]),
);

const topicOf = ({ published }: Auditing) =>
  ({
    async send({ input }: { input: PublishBatchCommandInput }) {
      const entries = input.PublishBatchRequestEntries ?? [];
      published.push(...entries.map(({ Message = '' }) => JSON.parse(Message) as DomainEvent));
      return {};
    },
  }) as unknown as Runtime['sns'];

const queueOf = ({ rung }: Auditing) =>
  ({
    async send({ input }: { input: SendMessageCommandInput }) {
      rung.push({ queue: input.QueueUrl ?? '', event: JSON.parse(input.MessageBody ?? '') });
      return {};
    },
  }) as unknown as Runtime['sqs'];

/** `order-1@2` */
export const placesOf = (events: readonly { streamId: string; version: number }[]): string[] =>
  events.map(({ streamId, version }) => `${streamId}@${version}`).sort();
