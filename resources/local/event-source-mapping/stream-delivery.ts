import type { DynamoDBRecord } from 'aws-lambda';
import { readBatchReport } from './batch-report.ts';
import type { GivenUpBatch } from './on-failure.ts';

export interface DeliveryOptions {
  invoke: (event: unknown) => Promise<unknown>;
  /** Whether the function's answer is a report (`ReportBatchItemFailures`). */
  reports: boolean;
  bisect: boolean;
  /** Retries after the first attempt; -1 is without end. */
  maximumRetryAttempts: number;
  /** Older records are given up; -1 is without end. */
  maximumRecordAgeSeconds: number;
  /** Waits before a retry; resolves early when the mapping stops. */
  backOff: (retry: number) => Promise<void>;
  stopped: () => boolean;
  /** The records need no more attention: they succeeded or were given up. */
  done: (records: DynamoDBRecord[]) => void;
  giveUp: (
    batch: Pick<GivenUpBatch, 'records' | 'condition' | 'invocations' | 'functionError'>,
  ) => Promise<void>;
}

interface Batch {
  records: DynamoDBRecord[];
  retries: number;
}

type Outcome = { kind: 'success' } | { kind: 'failure'; from: number; functionError: 'Unhandled' | null };

export const sequenceNumber = (record: DynamoDBRecord): string => record.dynamodb?.SequenceNumber ?? '';

/**
 * Brings one batch to its end, in order: until every record succeeded or was given up, or the mapping stops.
 *
 * - A report's lowest sequence number is a checkpoint: what is before it is done, the rest is tried again.
 * - Bisecting splits a failed batch in two (after a report: at the checkpoint), which uses up no retry.
 *   A batch that cannot be split further uses one.
 */
export async function deliver(records: DynamoDBRecord[], options: DeliveryOptions): Promise<void> {
  const { bisect, maximumRetryAttempts, stopped, done, giveUp, backOff } = options;
  const pending: Batch[] = [{ records, retries: 0 }];
  for (;;) {
    const next = pending.shift();
    if (!next || stopped()) return;
    const batch = await withoutTooOld(next, options);
    if (batch.records.length === 0) continue;

    const outcome = await attempt(batch.records, options);
    if (outcome.kind === 'success') {
      done(batch.records);
      continue;
    }
    const { from, functionError } = outcome;
    const [before, rest] = [batch.records.slice(0, from), batch.records.slice(from)];
    if (before.length > 0) done(before);
    if (bisect && before.length > 0) {
      pending.unshift({ records: rest, retries: batch.retries });
    } else if (bisect && functionError !== null && rest.length > 1) {
      pending.unshift(...halves(rest, batch.retries));
    } else if (maximumRetryAttempts >= 0 && batch.retries >= maximumRetryAttempts) {
      await giveUp({
        records: rest,
        condition: 'RetryAttemptsExhausted',
        invocations: batch.retries + 1,
        functionError,
      });
    } else {
      await backOff(batch.retries + 1);
      pending.unshift({ records: rest, retries: batch.retries + 1 });
    }
  }
}

async function attempt(records: DynamoDBRecord[], { invoke, reports }: DeliveryOptions): Promise<Outcome> {
  let answer: unknown;
  try {
    answer = await invoke({ Records: records });
  } catch {
    return { kind: 'failure', from: 0, functionError: 'Unhandled' };
  }
  if (!reports) return { kind: 'success' };
  const report = readBatchReport(answer, records.map(sequenceNumber));
  if (report.kind === 'success') return report;
  if (report.kind === 'failure') return { kind: 'failure', from: 0, functionError: 'Unhandled' };
  const from = records.findIndex((record) => report.failed.has(sequenceNumber(record)));
  return { kind: 'failure', from, functionError: null };
}

async function withoutTooOld(batch: Batch, options: DeliveryOptions): Promise<Batch> {
  const { maximumRecordAgeSeconds, giveUp } = options;
  if (maximumRecordAgeSeconds < 0) return batch;
  const oldest = Date.now() / 1000 - maximumRecordAgeSeconds;
  const isTooOld = (record: DynamoDBRecord) => (record.dynamodb?.ApproximateCreationDateTime ?? 0) < oldest;
  const tooOld = batch.records.filter(isTooOld);
  if (tooOld.length === 0) return batch;
  await giveUp({
    records: tooOld,
    condition: 'RecordAgeExceeded',
    invocations: batch.retries,
    functionError: batch.retries > 0 ? 'Unhandled' : null,
  });
  return { records: batch.records.filter((record) => !isTooOld(record)), retries: batch.retries };
}

function halves(records: DynamoDBRecord[], retries: number): Batch[] {
  const middle = Math.ceil(records.length / 2);
  return [records.slice(0, middle), records.slice(middle)].map((half) => ({ records: half, retries }));
}
