import { expect } from '@jest/globals';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { DomainEvent } from '#domain/index.ts';
import type { Runtime, RuntimeParts } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { load } from '#kit/event-store/load.ts';
import type { Aggregate } from '#kit/events/aggregate.ts';
import type { NewEvent } from '#kit/events/event.ts';
import { type Data, startData } from './data.ts';
import { sqsEvent } from './sqs-event.ts';
import { createIdempotencyTable } from './tables.ts';

export type ConsumerHandler = (
  event: SQSEvent,
  context: { getRemainingTimeInMillis(): number },
) => Promise<SQSBatchResponse>;

/** Consumers in this process, over tables of the test's own; the queues are the test. */
export interface Consumers {
  data: Data;
  runtime(consumer: string, parts?: RuntimeParts): Runtime;
  /** Delivers these messages as one batch; answers with the events whose messages have to come back. */
  deliver(handler: ConsumerHandler, events: readonly DomainEvent[]): Promise<DomainEvent[]>;
  /** As `deliver`; fails the test where one has to come back. */
  handled(handler: ConsumerHandler, ...events: DomainEvent[]): Promise<void>;
  stream(streamId: string): Promise<DomainEvent[]>;
  /** Runs a command of the test's and answers with its events. */
  command<State, Command, Event extends NewEvent>(
    aggregate: Aggregate<State, Command, Event>,
    aggregateId: string,
    command: Command,
  ): Promise<DomainEvent[]>;
}

export async function startConsumers(): Promise<Consumers> {
  const data = await startData();
  const settings = {
    IDEMPOTENCY_TABLE: await createIdempotencyTable(),
    QUEUE_URL: 'http://queue',
    DEAD_LETTER_QUEUE_URL: 'http://dead-letters',
    RETRY_BASE_SECONDS: '0',
    HOME_COUNTRY: 'US',
    HIGH_VALUE_THRESHOLD: '1000',
    PAYMENT_MINUTES: '60',
    REVIEW_HOURS: '24',
    REFUND_GATEWAY: 'confirm',
    EMAIL_SENDER: 'read-model',
    EMAIL_FROM: 'orders@example.com',
    STAFF_EMAIL: 'staff@example.com',
  };
  const sqs = { send: async () => ({}) } as unknown as Runtime['sqs'];
  const runtime: Consumers['runtime'] = (CONSUMER, parts = {}) =>
    data.runtime({ sqs, ...parts, settings: { ...settings, CONSUMER, ...parts.settings } });
  const deliver: Consumers['deliver'] = async (handler, events) => {
    const { batchItemFailures } = await handler(sqsEvent(events), { getRemainingTimeInMillis: () => 1 });
    return batchItemFailures.flatMap(({ itemIdentifier }) => events[Number(itemIdentifier.slice(1))] ?? []);
  };
  let commands = 0;
  return {
    data,
    runtime,
    deliver,
    async handled(handler, ...events) {
      expect(await deliver(handler, events)).toEqual([]);
    },
    stream: (streamId) => load(data.runtime(), streamId),
    async command(aggregate, aggregateId, command) {
      const commandId = `command-${++commands}`;
      const metadata = {
        userId: 'ada',
        correlationId: `request-${commands}`,
        causationId: 'test',
        commandId,
      };
      const { events } = await handleCommand(data.runtime(), aggregate, { aggregateId, command, metadata });
      return events as DomainEvent[];
    },
  };
}
