import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { SQSEvent } from 'aws-lambda';
import { application } from '#application';
import type { NewDomainEvent } from '#domain/index.ts';
import { createHandler as createAudit } from '#functions/operations/audit/handler.ts';
import type { ScheduledAudit } from '#functions/operations/audit/report.ts';
import { createHandler as createSteps } from '#functions/operations/audit-steps/handler.ts';
import { createHandler as createOrderView } from '#functions/projections/order-view/handler.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { toItem } from '#kit/event-store/event-item.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { createIds } from '#kit/events/ids.ts';
import { FakeDynamo } from '#tests/properties/fakes/dynamo.ts';
import { Table } from '#tests/properties/fakes/table.ts';
import { silentLogger } from './silent-logger.ts';
import { sqsEvent } from './sqs-event.ts';
import { streamAt } from './streams.ts';

type Client = { send(command: object): Promise<unknown> };

/** In place of the world's own. */
export interface AuditWorldClients {
  dynamo: Client;
  sqs: Client;
}

interface Entry {
  MessageBody?: string;
  MessageAttributes?: Record<string, { DataType?: string; StringValue?: string }>;
}

/** A message that carries a step. */
export interface StepMessage {
  body: string;
  type: string;
  receiveCount: number;
}

/**
 * The audit and its steps over tables in memory, on a clock that the test moves. Customers are what it audits: the projection
 * order-view alone takes their events.
 */
export class AuditWorld {
  /** ms since 1970; noon. */
  now = Date.UTC(2026, 5, 15, 12);
  /** Each reading of the clock makes it later by so much. */
  tickMs = 0;
  /** What went to a consumer's queue: `order-view customer-1@1`. */
  readonly sent: string[] = [];
  /** The queue of the steps. */
  readonly steps: StepMessage[] = [];
  readonly counts: Record<string, number> = {};
  readonly metrics: Record<string, number> = {};
  readonly #dynamo: FakeDynamo;
  readonly #ids: () => string;

  constructor() {
    const now = () => this.now;
    const byType = { hash: 'typeDayShard', range: 'eventId', keysOnly: true };
    this.#dynamo = new FakeDynamo(
      [
        new Table(
          { name: 'events', hash: 'streamId', range: 'version', indexes: { 'by-type': byType } },
          now,
        ),
        new Table({ name: 'read-model', hash: 'pk', range: 'sk' }, now),
        new Table({ name: 'idempotency', hash: 'id' }, now),
      ],
      now,
    );
    this.#ids = createIds(now);
  }

  readonly dynamo: Client = {
    send: async (command) => {
      const { name } = command.constructor;
      this.counts[name] = (this.counts[name] ?? 0) + 1;
      return this.#dynamo.perform(command as never);
    },
  };

  readonly sqs: Client = {
    send: async (command) => {
      const { input } = command as { input: { QueueUrl: string; Entries: Entry[] } };
      for (const { MessageBody: body = '', MessageAttributes = {} } of input.Entries) {
        const type = MessageAttributes.messageType?.StringValue;
        if (input.QueueUrl === 'audit-steps') {
          this.steps.push({ body, type: type ?? '', receiveCount: 0 });
          continue;
        }
        const { streamId, version } = JSON.parse(body) as StoredEvent;
        this.sent.push(`${input.QueueUrl} ${streamId}@${version}`);
      }
      return {};
    },
  };

  runtime(clients: Partial<AuditWorldClients> = {}): Runtime {
    const record = (name: string, value = 1) => {
      this.metrics[name] = (this.metrics[name] ?? 0) + value;
    };
    const runtime = createRuntime(application, {
      now: () => {
        this.now += this.tickMs;
        return this.now;
      },
      sleep: async (ms) => {
        this.now += ms;
      },
      dynamo: (clients.dynamo ?? this.dynamo) as Runtime['dynamo'],
      sqs: (clients.sqs ?? this.sqs) as Runtime['sqs'],
      logger: silentLogger(),
      metrics: { count: record, record: () => undefined, flush: () => undefined },
      settings: {
        EVENTS_TABLE: 'events',
        READ_MODEL_TABLE: 'read-model',
        IDEMPOTENCY_TABLE: 'idempotency',
        CURRENCY: 'USD',
        HOME_COUNTRY: 'US',
        HIGH_VALUE_THRESHOLD: '1000',
        REVIEW_HOURS: '24',
        REFUND_GATEWAY: 'confirm',
        CONSUMER: 'order-view',
        AUDIT_QUEUE_URL: 'audit-steps',
        QUEUE_URL: 'own',
        DEAD_LETTER_QUEUE_URL: 'dead-letters',
        MAX_RECEIVE_COUNT: '5',
        RETRY_BASE_SECONDS: '0',
        CONSUMER_SUBSCRIPTIONS: JSON.stringify({
          'order-view': { queue: 'order-view', filter: {} },
          gone: { queue: 'gone', filter: {} },
        }),
      },
    });
    return { ...runtime, newId: this.#ids };
  }

  /** Customers who registered a second apart, the first `ago` ms ago; answers the events. */
  async register(ago: number, names: readonly string[]): Promise<StoredEvent[]> {
    const events = names.flatMap((name, index) =>
      streamAt(new Date(this.now - ago + index * 1_000).toISOString(), 'customer', name, [registered]),
    ) as StoredEvent[];
    await this.store(events);
    return events;
  }

  async store(events: readonly StoredEvent[]): Promise<void> {
    for (const event of events) {
      this.#dynamo.perform(new PutCommand({ TableName: 'events', Item: toItem(event) }));
    }
  }

  /** The projection gets these events. */
  async arrive(events: readonly StoredEvent[]): Promise<void> {
    if (events.length === 0) return;
    await createOrderView(this.runtime())(sqsEvent(events));
  }

  /** A run by the schedule. */
  run(inline?: number, clients: Partial<AuditWorldClients> = {}): Promise<ScheduledAudit> {
    const input = { scheduled: true, ...(inline !== undefined && { inline }) };
    return createAudit(this.runtime(clients))(input) as Promise<ScheduledAudit>;
  }

  /** One delivery of a step. Answers whether it was handled. */
  async deliver(message: StepMessage, clients: Partial<AuditWorldClients> = {}): Promise<boolean> {
    message.receiveCount++;
    const { batchItemFailures } = await createSteps(this.runtime(clients))(stepEvent(message));
    return batchItemFailures.length === 0;
  }

  /** Delivers steps until there are none. */
  async drain(): Promise<number> {
    let delivered = 0;
    for (let message = this.steps.shift(); message; message = this.steps.shift()) {
      delivered++;
      if (!(await this.deliver(message))) this.steps.push(message);
    }
    return delivered;
  }
}

const registered: NewDomainEvent = {
  eventType: 'CustomerRegistered',
  data: { name: 'Ada', email: 'ada@example.com' },
};

function stepEvent({ body, type, receiveCount }: StepMessage): SQSEvent {
  const event = sqsEvent([{} as StoredEvent], receiveCount);
  for (const record of event.Records) {
    record.body = body;
    record.messageAttributes = { messageType: { stringValue: type, dataType: 'String' } };
  }
  return event;
}
