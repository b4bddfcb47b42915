import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Runtime } from '#kit/config/runtime.ts';
import { MESSAGE_TYPE } from '#kit/events/message-attributes.ts';
import { InvalidEnvelope } from '#kit/events/unreadable-event.ts';
import { type Hop, logHops } from '#kit/observability/hops.ts';
import { lagOf } from '#kit/observability/lag.ts';
import { logContextOf, parseLogContext } from '#kit/observability/log-context.ts';
import {
  type Delivery,
  type Failures,
  type Handle,
  isPoison,
  type MessageHandlers,
  messageTypeOf,
  parseBody,
  readDelivery,
  receiveCountOf,
} from './delivery.ts';
import { delayRetries } from './retry.ts';
import { sendToDeadLetters } from './send-dead-letter.ts';

/**
 * The Lambda handler of a consumer: reads the batch, hands it over, and sorts what failed.
 * - A poison message (not readable by any repetition) goes to the dead letter queue at once.
 * - A message of newer code (an unknown type, a newer schema version) waits, for hours at most, for that code.
 * - A failure comes back after a growing delay; the last one of MAX_RECEIVE_COUNT goes to the dead letter queue.
 * - A message leaves its queue only when it was handled or the dead letter queue has it: it may be in both for a
 *   while, never in neither. The queue's own redrive policy catches what crashes before it gets here.
 * - Messages that are no events are handled beside them by `others`, by their type, and fail as events do.
 */
export function createConsumer(
  runtime: Runtime,
  handle: Handle,
  others: MessageHandlers = {},
): (event: SQSEvent) => Promise<SQSBatchResponse> {
  return async ({ Records }) => {
    try {
      const { deliveries, begun, failures } = readAll(runtime, Records, others);
      const failed = await Promise.all([handleAll(runtime, handle, deliveries), ...begun]);
      for (const [id, error] of failed.flatMap((some) => [...some])) failures.set(id, error);
      const retries = await routeFailures(runtime, Records, failures);
      return { batchItemFailures: retries.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    } finally {
      runtime.metrics.flush();
    }
  };
}

/** As `createConsumer`, of a queue that takes no events: one that comes all the same goes to the dead letters. */
export const createMessageConsumer = (runtime: Runtime, handlers: MessageHandlers) =>
  createConsumer(
    runtime,
    async () => {
      throw new InvalidEnvelope([{ path: MESSAGE_TYPE, message: 'is missing: this queue takes no events' }]);
    },
    handlers,
  );

interface Batch {
  deliveries: Delivery[];
  /** The handling of messages that are no events. */
  begun: Promise<Failures>[];
  failures: Failures;
}

function readAll(runtime: Runtime, records: readonly SQSRecord[], others: MessageHandlers): Batch {
  const batch: Batch = { deliveries: [], begun: [], failures: new Map() };
  for (const record of records) {
    try {
      const type = messageTypeOf(record);
      if (type === undefined) batch.deliveries.push(readDelivery(runtime, record));
      else batch.begun.push(handleOther(others, type, record));
    } catch (error) {
      batch.failures.set(record.messageId, error);
    }
  }
  return batch;
}

async function handleOther(others: MessageHandlers, type: string, record: SQSRecord): Promise<Failures> {
  try {
    const handle = Object.hasOwn(others, type) ? others[type] : undefined;
    if (!handle) {
      throw new InvalidEnvelope([{ path: MESSAGE_TYPE, message: 'is no type that this consumer handles' }]);
    }
    await handle(parseBody(record.body), receiveCountOf(record));
    return new Map();
  } catch (error) {
    return new Map([[record.messageId, error]]);
  }
}

async function handleAll(
  runtime: Runtime,
  handle: Handle,
  deliveries: readonly Delivery[],
): Promise<Failures> {
  if (deliveries.length === 0) return new Map();
  let failures: Failures;
  try {
    failures = await handle(deliveries);
  } catch (error) {
    failures = new Map(deliveries.map(({ messageId }) => [messageId, error]));
  }
  logHandled(runtime, deliveries, failures);
  return failures;
}

/** Sends to the dead letter queue what is due there; answers with what has to come back. */
async function routeFailures(
  runtime: Runtime,
  records: readonly SQSRecord[],
  failures: Failures,
): Promise<SQSRecord[]> {
  const failed = records.filter(({ messageId }) => failures.has(messageId));
  if (failed.length === 0) return [];
  const maxReceiveCount = runtime.setting('MAX_RECEIVE_COUNT');
  const isLast = (record: SQSRecord) => receiveCountOf(record) >= maxReceiveCount;
  const isDead = (record: SQSRecord) => isPoison(failures.get(record.messageId)) || isLast(record);

  const retries = failed.filter((record) => !isDead(record));
  await Promise.all(
    failed.filter(isDead).map(async (record) => {
      try {
        await sendToDeadLetters(runtime, record, failures.get(record.messageId));
      } catch (error) {
        runtime.logger.warn('dead letter not sent', {
          ...parseLogContext(record.body),
          error: error as Error,
        });
        retries.push(record);
      }
    }),
  );
  if (retries.length > 0) {
    runtime.metrics.count('MessagesRetried', retries.length);
    await delayRetries(runtime, retries, failures);
  }
  return retries;
}

function logHandled(runtime: Runtime, deliveries: readonly Delivery[], failures: Failures): void {
  const handled: Hop[] = [];
  for (const { messageId, event, receiveCount } of deliveries) {
    const about = logContextOf(event);
    if (failures.has(messageId)) {
      const error = failures.get(messageId) as Error;
      runtime.logger.warn('failed', { hop: 'consumer', ...about, receiveCount, error });
    } else {
      const lag = lagOf(event, runtime.now());
      handled.push({ about, lag, more: { receiveCount } });
    }
  }
  logHops(runtime, 'handled', 'consumer', handled);
}
