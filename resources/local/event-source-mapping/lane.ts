import type { DynamoDBRecord } from 'aws-lambda';
import type { Signal } from './signal.ts';

const largestPayloadBytes = 6 * 1024 * 1024;

/** Records of one shard that wait for one batch at a time. A shard has as many lanes as its parallelization factor. */
export interface Lane {
  push(record: DynamoDBRecord): void;
  waiting(): number;
  /** Resolves when nothing is in flight; what waits stays when the mapping stops. */
  quiet(): Promise<void>;
}

export interface LaneOptions {
  batchSize: number;
  windowMs: number;
  /** Notified when a record came or a batch ended, when the mapping stops, and at the shard's end. */
  changed: Signal;
  stopped: () => boolean;
  /** No more records will come: a window need not be waited for. */
  ended: () => boolean;
  deliver: (records: DynamoDBRecord[]) => Promise<void>;
}

export function createLane(options: LaneOptions): Lane {
  const { batchSize, windowMs, changed, stopped, ended, deliver } = options;
  let queue: DynamoDBRecord[] = [];
  let working: Promise<void> | undefined;

  function startWorking(): void {
    // A turn later, so that records of one read make one batch.
    working ??= Promise.resolve()
      .then(work)
      .finally(() => {
        working = undefined;
        if (queue.length > 0 && !stopped()) startWorking();
      });
  }

  async function work(): Promise<void> {
    while (queue.length > 0 && !stopped()) {
      await untilFullOrWindowClosed();
      if (stopped()) return;
      await deliver(takeBatch());
      changed.notify();
    }
  }

  async function untilFullOrWindowClosed(): Promise<void> {
    const closesAt = Date.now() + windowMs;
    while (queue.length < batchSize && !stopped() && !ended()) {
      const remaining = closesAt - Date.now();
      if (remaining <= 0) return;
      await changed.wait(remaining);
    }
  }

  function takeBatch(): DynamoDBRecord[] {
    let bytes = 0;
    let count = 0;
    for (const record of queue) {
      bytes += JSON.stringify(record).length;
      if (count === batchSize || (count > 0 && bytes > largestPayloadBytes)) break;
      count++;
    }
    const batch = queue.slice(0, count);
    queue = queue.slice(count);
    return batch;
  }

  return {
    push(record) {
      queue.push(record);
      changed.notify();
      startWorking();
    },
    waiting: () => queue.length,
    async quiet() {
      while (working) await working;
    },
  };
}
