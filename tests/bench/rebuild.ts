import { BatchWriteCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#kit/config/runtime.ts';
import type { EventItem } from '#kit/event-store/event-item.ts';
import { fill, fillFrom, runsOfStreams } from '#kit/projections/rebuild/fill.ts';
import { STREAMS_AT_ONCE } from '#kit/projections/rebuild/run-step.ts';
import {
  eventsPage,
  PAGE_SIZE,
  type Page,
  type StartKey,
  streamsPage,
} from '#kit/projections/rebuild/scan.ts';
import { startCounters } from '#tests/support/counter/data.ts';
import { counterStream } from '#tests/support/counter/streams.ts';
import { counterProjection } from '#tests/support/counter/views.ts';
import { startBenchEmulators } from './bench-emulators.ts';
import { ratioOf, timed } from './measure.ts';
import type { Bench } from './types.ts';

const STREAMS = 1_000;
const SEGMENTS = 4;
const WRITES_AT_ONCE = 25;
const AT = '2026-11-20T10:00:00.000Z';

type Fill = (runtime: Runtime, generation: number) => Promise<unknown>;

/** On the emulator that comes with npm install, or the engine that DYNAMODB_ENDPOINT names. */
export const rebuildBench: Bench = {
  name: 'rebuild',
  description: 'filling a generation, against a bare parallel scan and batch write',
  notOnStage: 'it needs tables of its own. On a stage, `npm run ops -- rebuild` says how long it took.',
  async run({ progress }) {
    const emulators = await startBenchEmulators();
    const data = await startCounters();
    try {
      const runtime = data.runtime();
      for (let from = 0; from < STREAMS; from += 50) {
        progress(`rebuild: storing stream ${from} of ${STREAMS}`);
        const streams = Array.from({ length: 50 }, (_, index) => counterStream(`c${from + index}`, AT));
        await data.store(streams.flat());
      }
      let generation = 1;
      const against = async (name: string, ours: Fill) => {
        progress(`rebuild: ${name}`);
        const { ratio } = await ratioOf(
          () => timed(() => bare(runtime, ++generation)),
          () => timed(() => ours(runtime, ++generation)),
        );
        return [name, ratio] as const;
      };
      return [
        {
          name: 'rebuild',
          title: `Filling a generation: ${STREAMS} streams of 4 events`,
          head: ['way', 'speed, by that of a bare parallel scan and batch write'],
          rows: [
            await against('scan of the events, inserts (ours)', fromEvents),
            await against('scan of the index, a query a stream (before)', fromIndex),
          ],
          chart: { column: 1, unit: '×' },
          notes: ['On an emulator, where a request costs as much as what it asks for.'],
        },
      ];
    } finally {
      data.stop();
      await emulators.stop();
    }
  },
};

const fromEvents: Fill = (runtime, generation) =>
  eachSegment(
    (scan) => eventsPage(runtime, counterProjection, scan),
    async (items) => {
      await inTurn(runsOfStreams(items), STREAMS_AT_ONCE, (some) =>
        fillFrom(runtime, counterProjection, generation, some),
      );
    },
  );

const fromIndex: Fill = (runtime, generation) =>
  eachSegment(
    (scan) => streamsPage(runtime, counterProjection, scan),
    async (items) => {
      const streamIds = items.map(({ streamId }) => streamId);
      await inTurn(streamIds, STREAMS_AT_ONCE, (some) => fill(runtime, counterProjection, generation, some));
    },
  );

/** Reads every event, folds nothing, and writes an item of a view's size for each stream, without a condition. */
const bare: Fill = (runtime, generation) =>
  eachSegment(
    async ({ segment, segments, startKey }) => {
      const { Items = [], LastEvaluatedKey } = await runtime.dynamo.send(
        new ScanCommand({
          TableName: runtime.setting('EVENTS_TABLE'),
          Segment: segment,
          TotalSegments: segments,
          Limit: PAGE_SIZE,
          ExclusiveStartKey: startKey,
        }),
      );
      return {
        items: Items as EventItem[],
        scanned: Items.length,
        ...(LastEvaluatedKey && { next: LastEvaluatedKey }),
      };
    },
    async (items) => {
      const table = runtime.setting('READ_MODEL_TABLE');
      await inTurn(runsOfStreams(items), WRITES_AT_ONCE, async (runs) => {
        const requests = runs.map((events) => {
          const { streamId, version, data } = events.at(-1) as EventItem;
          const Item = {
            pk: `BARE#${generation}#${streamId}`,
            sk: 'VIEW',
            version,
            data,
            name: 'Visitors',
            limit: 10,
          };
          return { PutRequest: { Item } };
        });
        await runtime.dynamo.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }));
      });
    },
  );

async function eachSegment<Item>(
  read: (scan: { segment: number; segments: number; startKey: StartKey | undefined }) => Promise<Page<Item>>,
  work: (items: Item[]) => Promise<void>,
): Promise<void> {
  await Promise.all(
    Array.from({ length: SEGMENTS }, async (_, segment) => {
      let startKey: StartKey | undefined;
      do {
        const page = await read({ segment, segments: SEGMENTS, startKey });
        await work(page.items);
        startKey = page.next;
      } while (startKey);
    }),
  );
}

async function inTurn<T>(
  all: readonly T[],
  size: number,
  work: (some: T[]) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < all.length; from += size) await work(all.slice(from, from + size));
}
