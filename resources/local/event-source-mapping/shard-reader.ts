import { createHash } from 'node:crypto';
import type { DynamoDBRecord } from 'aws-lambda';
import type { Checkpoints } from './checkpoints.ts';
import { createLane } from './lane.ts';
import { outage, type Warn } from './mapping.ts';
import { createProgress } from './progress.ts';
import { createSignal } from './signal.ts';
import { type DeliveryOptions, deliver, sequenceNumber } from './stream-delivery.ts';
import { largestRead, type Position, type StreamSource } from './stream-source.ts';

const shortestIdleMs = 10;
const longestIdleMs = 100;
const pauseAfterErrorMs = 200;

export interface ShardReaderOptions {
  name: string;
  source: StreamSource;
  shardId: string;
  startingPosition: 'TRIM_HORIZON' | 'LATEST';
  checkpoints: Checkpoints;
  batchSize: number;
  windowMs: number;
  parallelizationFactor: number;
  takes: (record: DynamoDBRecord) => boolean;
  delivery: Omit<DeliveryOptions, 'backOff' | 'stopped' | 'done'>;
  backOffMs: (retry: number) => number;
  warn: Warn;
}

export interface ShardReader {
  /** Resolves when the shard is closed and all its records are dealt with, or when the reader was stopped. */
  run(): Promise<void>;
  stop(): void;
  /** Nothing read is unfinished, and a read that began after the call found nothing. */
  idle(): Promise<boolean>;
}

/**
 * Reads one shard, in order. Records of the same item always go to the same lane, and a lane has one batch in
 * flight: with a parallelization factor above 1 order holds per item, as on AWS.
 */
export function shardReader(options: ShardReaderOptions): ShardReader {
  const { name, source, shardId, checkpoints, batchSize, parallelizationFactor, takes, warn } = options;
  const stream = outage(name, warn);
  const destination = outage(`${name}, failure destination`, warn);
  const changed = createSignal();
  const progress = createProgress();
  let stopping = false;
  let ended = false;
  let emptyReads = 0;
  let readsBegun = 0;
  let readsEnded = 0;
  let readNow = false;

  const lanes = Array.from({ length: parallelizationFactor }, () =>
    createLane({
      batchSize,
      windowMs: options.windowMs,
      changed,
      stopped: () => stopping,
      ended: () => ended,
      deliver: (records) =>
        deliver(records, {
          ...options.delivery,
          stopped: () => stopping,
          backOff: (retry) => pauseUnlessStopped(options.backOffMs(retry)),
          done: finish,
          giveUp: async (batch) => {
            if (await gaveUp(batch)) finish(batch.records);
          },
        }),
    }),
  );

  function finish(records: DynamoDBRecord[]): void {
    for (const record of records) progress.done(sequenceNumber(record));
    const reached = progress.advance();
    if (reached !== undefined) checkpoints.set(shardId, { sequenceNumber: reached });
  }

  /** A batch is only given up once its destination has it. */
  async function gaveUp(batch: Parameters<DeliveryOptions['giveUp']>[0]): Promise<boolean> {
    while (!stopping) {
      try {
        await options.delivery.giveUp(batch);
        destination.fine();
        return true;
      } catch (error) {
        destination.trouble(error);
        await pauseUnlessStopped(pauseAfterErrorMs);
      }
    }
    return false;
  }

  async function pauseUnlessStopped(ms: number): Promise<void> {
    const until = Date.now() + ms;
    while (!stopping && Date.now() < until) await changed.wait(until - Date.now());
  }

  async function idlePause(ms: number): Promise<void> {
    const until = Date.now() + ms;
    while (!stopping && !readNow && Date.now() < until) await changed.wait(until - Date.now());
    readNow = false;
  }

  async function read(): Promise<void> {
    let iterator: string | undefined;
    let lastRead: string | undefined;
    while (!stopping) {
      if (waiting() >= batchSize * lanes.length) {
        await changed.wait();
        continue;
      }
      try {
        iterator ??= await source.iterator(shardId, position(lastRead));
        readsBegun++;
        const { records, next } = await source.read(
          iterator,
          Math.min(largestRead, batchSize * lanes.length),
        );
        stream.fine();
        lastRead = records.length > 0 ? sequenceNumber(records.at(-1) as DynamoDBRecord) : lastRead;
        distribute(records);
        emptyReads = records.length === 0 ? emptyReads + 1 : 0;
        readsEnded = readsBegun;
        if (next === undefined) return;
        iterator = next;
        if (emptyReads > 0) await idlePause(Math.min(longestIdleMs, shortestIdleMs * emptyReads));
      } catch (error) {
        // An iterator lives for five minutes; the next one goes on where this one stood.
        iterator = undefined;
        emptyReads = 0;
        if (stopping) return;
        stream.trouble(error);
        await pauseUnlessStopped(pauseAfterErrorMs);
      }
    }
  }

  function position(lastRead: string | undefined): Position {
    const sequenceNumber = lastRead ?? checkpoints.get(shardId)?.sequenceNumber;
    if (sequenceNumber !== undefined) return { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber };
    return { type: options.startingPosition };
  }

  function distribute(records: DynamoDBRecord[]): void {
    const passed: DynamoDBRecord[] = [];
    for (const record of records) {
      progress.read(sequenceNumber(record));
      if (takes(record)) lanes[laneOf(record, lanes.length)]?.push(record);
      else passed.push(record);
    }
    if (passed.length > 0) finish(passed);
  }

  const waiting = () => lanes.reduce((sum, lane) => sum + lane.waiting(), 0);

  return {
    async run() {
      await read();
      ended = !stopping;
      changed.notify();
      await Promise.all(lanes.map((lane) => lane.quiet()));
      if (ended && progress.unfinished() === 0) {
        checkpoints.set(shardId, { ...checkpoints.get(shardId), finished: true });
      }
    },
    stop() {
      stopping = true;
      changed.notify();
    },
    async idle() {
      const next = readsBegun + 1;
      while (!ended && !stopping && readsEnded < next) {
        if (progress.unfinished() > 0) return false;
        readNow = true;
        changed.notify();
        await changed.wait(5);
      }
      return (ended || emptyReads > 0) && progress.unfinished() === 0;
    },
  };
}

function laneOf(record: DynamoDBRecord, lanes: number): number {
  if (lanes === 1) return 0;
  const key = JSON.stringify(Object.entries(record.dynamodb?.Keys ?? {}).sort());
  return createHash('sha256').update(key).digest().readUInt32BE(0) % lanes;
}
