import { setTimeout as pause } from 'node:timers/promises';
import type { DynamoDBRecord } from 'aws-lambda';
import { reportsItemFailures } from './batch-report.ts';
import { type Checkpoints, inMemoryCheckpoints } from './checkpoints.ts';
import { streamFilter } from './filter-criteria.ts';
import { headerOfInvocation } from './lineage.ts';
import {
  type EventSourceMapping,
  type Invoke,
  isTrue,
  type MappingProperties,
  outage,
  type Warn,
} from './mapping.ts';
import type { SendToDestination } from './on-failure.ts';
import { type ShardReader, shardReader } from './shard-reader.ts';
import { createSignal } from './signal.ts';
import type { Shard, StreamSource } from './stream-source.ts';

const pauseAfterErrorMs = 200;

export interface StreamMappingOptions {
  name: string;
  source: StreamSource;
  properties: MappingProperties;
  functionArn: string;
  invoke: Invoke;
  sendToDestination: SendToDestination;
  /** Default: in memory, forgotten at the end. */
  checkpoints?: Checkpoints;
  warn?: Warn;
  /** Milliseconds before the n-th retry. Default: 100 ms, doubling up to 5 s. */
  backOffMs?: (retry: number) => number;
  /** How often shards are listed again while none has ended. Default 10 s. */
  listShardsEveryMs?: number;
}

/**
 * Runs a function for the records of a stream as Lambda does: every shard in order, a child after its parent,
 * retries that hold the shard up, and a checkpoint per shard.
 */
export function streamMapping(options: StreamMappingOptions): EventSourceMapping {
  const { name, source, properties, warn = () => {}, checkpoints = inMemoryCheckpoints() } = options;
  const { backOffMs = exponentialBackOff, listShardsEveryMs = 10_000 } = options;
  const takes = streamFilter(properties.FilterCriteria);
  const listing = outage(`${name}, list of shards`, warn);
  const changed = createSignal();
  const readers = new Map<string, { reader: ShardReader; finished: Promise<void> }>();
  let startingPosition =
    properties.StartingPosition === 'LATEST' ? ('LATEST' as const) : ('TRIM_HORIZON' as const);
  let stopping = false;
  let running: Promise<void> | undefined;
  let listed = false;
  let invocations = 0;

  function createReader(shardId: string): ShardReader {
    return shardReader({
      name,
      source,
      shardId,
      startingPosition,
      checkpoints,
      batchSize: properties.BatchSize ?? 100,
      windowMs: (properties.MaximumBatchingWindowInSeconds ?? 0) * 1000,
      parallelizationFactor: properties.ParallelizationFactor ?? 1,
      takes: takes as (record: DynamoDBRecord) => boolean,
      backOffMs,
      warn,
      delivery: {
        invoke: (event) => {
          invocations++;
          // The stream carries no header: a chain of messages ends in the table.
          return options.invoke(event, headerOfInvocation([], options.functionArn));
        },
        reports: reportsItemFailures(properties.FunctionResponseTypes),
        bisect: isTrue(properties.BisectBatchOnFunctionError),
        maximumRetryAttempts: properties.MaximumRetryAttempts ?? -1,
        maximumRecordAgeSeconds: properties.MaximumRecordAgeInSeconds ?? -1,
        giveUp: (batch) =>
          options.sendToDestination({
            ...batch,
            shardId,
            streamArn: properties.EventSourceArn,
            functionArn: options.functionArn,
          }),
      },
    });
  }

  async function supervise(): Promise<void> {
    while (!stopping) {
      try {
        const shards = await source.shards();
        // Readers that have stopped meanwhile would begin again, and nobody would stop them.
        if (stopping) return;
        for (const { ShardId } of shards.filter((shard) => mayStart(shard, shards))) startReader(ShardId);
        listing.fine();
        listed = true;
        // Shards that appear later are children of these: LATEST would skip their first records.
        if (shards.length > 0) startingPosition = 'TRIM_HORIZON';
        await changed.wait(listShardsEveryMs);
      } catch (error) {
        if (stopping) return;
        listing.trouble(error);
        await pause(pauseAfterErrorMs);
      }
    }
  }

  function mayStart(shard: Shard, all: Shard[]): boolean {
    if (readers.has(shard.ShardId) || checkpoints.get(shard.ShardId)?.finished) return false;
    const parent = shard.ParentShardId;
    const parentIsGone = !all.some(({ ShardId }) => ShardId === parent);
    return parent === undefined || parentIsGone || checkpoints.get(parent)?.finished === true;
  }

  function startReader(shardId: string): void {
    const reader = createReader(shardId);
    const finished = reader.run().then(() => {
      readers.delete(shardId);
      changed.notify();
    });
    readers.set(shardId, { reader, finished });
  }

  return {
    name,
    functionArn: options.functionArn,
    start() {
      stopping = false;
      running ??= supervise().finally(() => {
        running = undefined;
      });
    },
    async stop() {
      stopping = true;
      changed.notify();
      for (const { reader } of readers.values()) reader.stop();
      await running;
      await Promise.all([...readers.values()].map(({ finished }) => finished));
    },
    async idle() {
      if (!listed) return false;
      const idle = await Promise.all([...readers.values()].map(({ reader }) => reader.idle()));
      return idle.every(Boolean);
    },
    invocations: () => invocations,
  };
}

function exponentialBackOff(retry: number): number {
  return Math.min(5_000, 100 * 2 ** (retry - 1));
}
