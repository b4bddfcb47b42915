import { setTimeout as pause } from 'node:timers/promises';
import type { SQSRecord } from 'aws-lambda';
import type { AwsApi } from '#resources/local/emulators/aws-api.ts';
import { readBatchReport, reportsItemFailures } from './batch-report.ts';
import { messageFilter } from './filter-criteria.ts';
import { headerOfInvocation, invocationsInChain, LONGEST_CHAIN } from './lineage.ts';
import {
  type EventSourceMapping,
  type Invoke,
  type MappingProperties,
  outage,
  type Warn,
} from './mapping.ts';
import { type SqsMessage, sqsRecord } from './sqs-record.ts';

const largestPayloadBytes = 6 * 1024 * 1024;
const pauseAfterErrorMs = 200;

const LOOP_STOPPED = `a message came of ${LONGEST_CHAIN} invocations of this function and goes to the dead letters: the function has no RecursiveLoop: Allow`;

export interface SqsMappingOptions {
  name: string;
  api: AwsApi;
  queueUrl: string;
  properties: MappingProperties;
  functionArn: string;
  /** The function's `RecursiveLoop`: whether messages may come to it again and again because of each other. */
  recursiveLoop?: 'Allow' | 'Terminate';
  invoke: Invoke;
  warn?: Warn;
  /** How long a poll waits for the first message. `stop()` may take as long. Default 0.25 s. */
  pollSeconds?: number;
  /** Batches in flight at once at most, whatever the mapping's MaximumConcurrency, which is 5 where it sets none. */
  concurrency?: number;
}

/**
 * Runs a function for a queue's messages as Lambda does. A message is deleted when its batch succeeded or the
 * report does not name it; any other comes back after the queue's visibility timeout, with its receive count
 * grown, until the queue's redrive policy takes it away. So does one that would be the 17th invocation in one chain, which the
 * function is not given unless it has `RecursiveLoop: Allow`.
 */
export function sqsMapping(options: SqsMappingOptions): EventSourceMapping {
  const { name, api, queueUrl, properties, invoke, functionArn, recursiveLoop } = options;
  const { warn = () => {}, pollSeconds = 0.25 } = options;
  const batchSize = properties.BatchSize ?? 10;
  const windowMs = (properties.MaximumBatchingWindowInSeconds ?? 0) * 1000;
  // Lambda begins with five and scales up from there; one machine need not.
  const { concurrency: most = Number.POSITIVE_INFINITY } = options;
  const concurrency = Math.min(properties.ScalingConfig?.MaximumConcurrency ?? 5, most);
  const takes = messageFilter(properties.FilterCriteria);
  const reports = reportsItemFailures(properties.FunctionResponseTypes);
  const source = outage(name, warn);
  const inFlight = new Set<Promise<void>>();
  let stopping = false;
  let polling: Promise<void> | undefined;
  let collecting = 0;
  let invocations = 0;

  async function poll(): Promise<void> {
    while (!stopping) {
      if (inFlight.size >= concurrency) {
        await Promise.race(inFlight);
        continue;
      }
      try {
        const batch = await collect();
        source.fine();
        if (batch.length > 0) run(batch);
      } catch (error) {
        if (stopping) return;
        source.trouble(error);
        await pause(pauseAfterErrorMs);
      } finally {
        collecting = 0;
      }
    }
  }

  /** A batch that is full, or whose window, which opens with its first record, has closed. */
  async function collect(): Promise<SQSRecord[]> {
    const batch: SQSRecord[] = [];
    let bytes = 0;
    let closesAt = Number.POSITIVE_INFINITY;
    do {
      const remaining = Math.max(0, closesAt - Date.now()) / 1000;
      const messages = await receive(
        Math.min(10, batchSize - batch.length),
        Math.min(pollSeconds, remaining),
      );
      const records = messages.map((message) => sqsRecord(message, properties.EventSourceArn));
      const [wanted, dropped] = partition(records, takes);
      await remove(dropped);
      const [taken, stopped] = partition(wanted, isInvocable);
      if (stopped.length > 0) warn(`${name}: ${LOOP_STOPPED}`);
      batch.push(...taken);
      collecting = batch.length;
      bytes += taken.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
      if (batch.length === 0) return batch;
      if (closesAt === Number.POSITIVE_INFINITY) closesAt = Date.now() + windowMs;
    } while (!stopping && batch.length < batchSize && bytes < largestPayloadBytes && Date.now() < closesAt);
    return batch;
  }

  const isInvocable = ({ attributes }: SQSRecord): boolean =>
    recursiveLoop === 'Allow' || invocationsInChain(attributes.AWSTraceHeader, functionArn) < LONGEST_CHAIN;

  async function receive(count: number, seconds: number): Promise<SqsMessage[]> {
    const answer = await api.sqs<{ Messages?: SqsMessage[] }>('ReceiveMessage', {
      QueueUrl: queueUrl,
      MaxNumberOfMessages: count,
      WaitTimeSeconds: seconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    return answer.Messages ?? [];
  }

  function run(batch: SQSRecord[]): void {
    const work = process(batch).catch((error) => warn(`${name}: ${error.message}`));
    inFlight.add(work);
    work.finally(() => inFlight.delete(work));
  }

  async function process(batch: SQSRecord[]): Promise<void> {
    invocations++;
    let answer: unknown;
    try {
      const headers = batch.map(({ attributes }) => attributes.AWSTraceHeader);
      answer = await invoke({ Records: batch }, headerOfInvocation(headers, functionArn));
    } catch {
      return;
    }
    const report = reports
      ? readBatchReport(
          answer,
          batch.map(({ messageId }) => messageId),
        )
      : ({ kind: 'success' } as const);
    if (report.kind === 'failure') return;
    await remove(
      report.kind === 'success' ? batch : batch.filter(({ messageId }) => !report.failed.has(messageId)),
    );
  }

  async function remove(records: SQSRecord[]): Promise<void> {
    for (let from = 0; from < records.length; from += 10) {
      const entries = records.slice(from, from + 10).map(({ receiptHandle }, index) => ({
        Id: String(index),
        ReceiptHandle: receiptHandle,
      }));
      await api.sqs('DeleteMessageBatch', { QueueUrl: queueUrl, Entries: entries });
    }
  }

  return {
    name,
    functionArn,
    start() {
      stopping = false;
      polling ??= poll().finally(() => {
        polling = undefined;
      });
    },
    async stop() {
      stopping = true;
      await polling;
      await Promise.all(inFlight);
    },
    async idle() {
      if (inFlight.size > 0 || collecting > 0) return false;
      const { Attributes } = await api.sqs<{ Attributes: Record<string, string> }>('GetQueueAttributes', {
        QueueUrl: queueUrl,
        AttributeNames: ['All'],
      });
      const waiting = ['', 'NotVisible', 'Delayed'].map((kind) =>
        Number(Attributes[`ApproximateNumberOfMessages${kind}`] ?? 0),
      );
      return inFlight.size === 0 && waiting.every((count) => count === 0);
    },
    invocations: () => invocations,
  };
}

function partition<T>(items: T[], takes: (item: T) => boolean): [taken: T[], dropped: T[]] {
  const taken: T[] = [];
  const dropped: T[] = [];
  for (const item of items) (takes(item) ? taken : dropped).push(item);
  return [taken, dropped];
}
