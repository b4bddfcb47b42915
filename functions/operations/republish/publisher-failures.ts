import { DeleteMessageBatchCommand, type Message } from '@aws-sdk/client-sqs';
import { chunksOf, MAX_BATCH_ENTRIES } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { sentAt } from '#kit/operations/read-dead-letter.ts';
import { receiveAll, release } from '#kit/operations/receive-all.ts';
import type { Window } from './input.ts';

/**
 * A batch's times are when its records reached the stream, to the second; an event's id is drawn before that, by
 * another clock, and the append may have been retried as long as a function runs.
 */
const MARGIN_MS = 60_000;

const LIMIT = 10_000;
const HOLD_MS = 15_000;
const HIDE_SECONDS = 120;

export interface Failures {
  /** Disjoint and in order; together they cover every event of every batch. */
  windows: Window[];
  /** Batches that the publisher gave up on. */
  batches: number;
  /** Messages that tell of no batch: they are left alone. */
  unreadable: number;
}

/** What the publisher's on-failure destination tells of; nothing is taken away. */
export async function readFailures(runtime: Runtime): Promise<Failures> {
  const url = runtime.setting('PUBLISHER_FAILURES_URL');
  const { messages } = await holdAll(runtime, url);
  await release(runtime, url, messages);
  const windows = messages.map(windowOf).filter((window) => window !== undefined);
  return {
    windows: merge(windows),
    batches: windows.length,
    unreadable: messages.length - windows.length,
  };
}

/**
 * Deletes what tells of batches that lie in `windows` and was there at `before`: call it once all of these events
 * are published. Answers how many. What cannot be deleted stays, and is published once more the next time.
 */
export async function acknowledgeFailures(
  runtime: Runtime,
  windows: readonly Window[],
  before: number,
): Promise<number> {
  const url = runtime.setting('PUBLISHER_FAILURES_URL');
  const { messages } = await holdAll(runtime, url);
  const isDone = (message: Message) => {
    const window = windowOf(message);
    return (
      window !== undefined &&
      sentAt(message) <= before &&
      windows.some(({ from, to }) => from <= window.from && window.to <= to)
    );
  };
  const staying = new Set(messages);
  try {
    for (const chunk of chunksOf(messages.filter(isDone), MAX_BATCH_ENTRIES)) {
      const { Failed = [] } = await runtime.sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl: url,
          Entries: chunk.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
        }),
      );
      const failed = new Set(Failed.map(({ Id }) => Number(Id)));
      for (const [index, message] of chunk.entries()) if (!failed.has(index)) staying.delete(message);
    }
  } finally {
    await release(runtime, url, [...staying]);
  }
  return messages.length - staying.size;
}

const holdAll = (runtime: Runtime, url: string) =>
  receiveAll(runtime, url, { limit: LIMIT, deadline: runtime.now() + HOLD_MS, hideSeconds: HIDE_SECONDS });

/** See "Capturing records of failed batches" in the Lambda developer guide: metadata only, no records. */
function windowOf({ Body = '' }: Message): Window | undefined {
  try {
    const info = JSON.parse(Body).DDBStreamBatchInfo;
    const from = Date.parse(info.approximateArrivalOfFirstRecord) - MARGIN_MS;
    const to = Date.parse(info.approximateArrivalOfLastRecord) + MARGIN_MS;
    return from < to ? { from, to } : undefined;
  } catch {
    return undefined;
  }
}

/** The batches of one outage overlap: each event is published once. */
export function merge(windows: readonly Window[]): Window[] {
  const merged: Window[] = [];
  for (const { from, to } of windows.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}
