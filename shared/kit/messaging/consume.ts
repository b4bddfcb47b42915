import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Runtime } from '#kit/config/runtime.ts';
import { lagOf } from '#kit/observability/lag.ts';
import { logContextOf, parseLogContext } from '#kit/observability/log-context.ts';
import {
  type Delivery,
  type Failures,
  type Handle,
  type HandleStep,
  isPoison,
  readDelivery,
  receiveCountOf,
  stepIn,
} from './delivery.ts';
import { delayRetries } from './retry.ts';
import { sendToDeadLetters } from './send-dead-letter.ts';

/**
 * The Lambda handler of a consumer: reads the batch, hands it over, and sorts what failed.
 * - A poison message (not readable by any repetition) goes to the dead letter queue at once.
 * - A failure comes back after a growing delay; the last one of MAX_RECEIVE_COUNT goes to the dead letter queue.
 * - A message leaves its queue only when it was handled or the dead letter queue has it: it may be in both for a
 *   while, never in neither. The queue's own redrive policy catches what crashes before it gets here.
 * - Steps of a longer work are done beside the events, and fail as they do; without `handleStep` they are poison.
 */
export function createConsumer(
  runtime: Runtime,
  handle: Handle,
  handleStep?: HandleStep,
): (event: SQSEvent) => Promise<SQSBatchResponse> {
  return async ({ Records }) => {
    try {
      const { deliveries, steps, failures } = readAll(runtime, Records, handleStep);
      const failed = await Promise.all([handleAll(runtime, handle, deliveries), ...steps]);
      for (const [id, error] of failed.flatMap((some) => [...some])) failures.set(id, error);
      const retries = await settle(runtime, Records, failures);
      return { batchItemFailures: retries.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    } finally {
      runtime.metrics.flush();
    }
  };
}

interface Batch {
  deliveries: Delivery[];
  /** Begun. */
  steps: Promise<Failures>[];
  failures: Failures;
}

function readAll(runtime: Runtime, records: readonly SQSRecord[], handleStep: HandleStep | undefined): Batch {
  const batch: Batch = { deliveries: [], steps: [], failures: new Map() };
  for (const record of records) {
    try {
      const step = handleStep && stepIn(record);
      if (handleStep && step !== undefined) batch.steps.push(doStep(handleStep, step, record));
      else batch.deliveries.push(readDelivery(runtime, record));
    } catch (error) {
      batch.failures.set(record.messageId, error);
    }
  }
  return batch;
}

async function doStep(handleStep: HandleStep, step: unknown, record: SQSRecord): Promise<Failures> {
  try {
    await handleStep(step, receiveCountOf(record));
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
async function settle(
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
    await delayRetries(runtime, retries);
  }
  return retries;
}

function logHandled(runtime: Runtime, deliveries: readonly Delivery[], failures: Failures): void {
  let handled = 0;
  for (const { messageId, event, receiveCount } of deliveries) {
    const line = { hop: 'consumer', ...logContextOf(event), receiveCount };
    if (failures.has(messageId)) {
      runtime.logger.warn('failed', { ...line, error: failures.get(messageId) as Error });
    } else {
      handled += 1;
      const lag = lagOf(event, runtime.now());
      if (lag !== undefined) runtime.metrics.record('ConsumerLag', lag);
      runtime.logger.info('handled', { ...line, ...(lag !== undefined && { lag }) });
    }
  }
  if (handled > 0) runtime.metrics.count('MessagesHandled', handled);
}
