import { randomUUID } from 'node:crypto';
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { DomainEvent } from '#domain/index.ts';
import { createHandler } from '#functions/consumers/inventory/handler.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { startData } from '#tests/support/data.ts';
import { sqsEvent } from '#tests/support/sqs-event.ts';
import { nothingHeld, streamAt } from '#tests/support/streams.ts';
import { startBenchEmulators } from './bench-emulators.ts';
import type { BenchTable } from './bench-table.ts';
import { median, ROUNDS, timed } from './measure.ts';
import { countReservation } from './reservation-units.ts';
import { decideTogether, reserve } from './reserving.ts';
import type { Bench } from './types.ts';

const AT = '2026-11-20T10:00:00.000Z';
/** A full batch of the consumer (functions/consumers/inventory/consumer.yml). */
const BATCH = 100;
const EARLIER = [0, 1_000, 5_000] as const;

/** On the emulator that comes with npm install, or the engine that DYNAMODB_ENDPOINT names. */
export const reservationsBench: Bench = {
  name: 'reservations',
  description: 'reservations of one SKU that everybody wants',
  notOnStage: 'it needs tables of its own, and its times are those of one process.',
  async run({ template, progress }) {
    progress('reservations: counting units');
    const stack = await template();
    const units: (string | number)[][] = [];
    for (const [events, open] of [
      [100, 0],
      [10_000, 0],
      [10_000, 1_000],
      [10_000, 10_000],
    ] as const) {
      const { readUnits, writeUnits } = await countReservation(stack, events, open);
      units.push([events, open, readUnits.cold, readUnits.warm, writeUnits]);
    }
    return [
      await measure(progress),
      {
        name: 'reservation-units',
        title: 'Units of one reservation',
        head: [
          'events of the SKU',
          'open reservations',
          'read units, cold',
          'read units, warm',
          'write units',
        ],
        rows: units,
        chart: { column: 2, unit: 'read units', labels: 2 },
        notes: ['Counted in memory. Cold: the process has not seen the SKU before. A batch has this once.'],
      },
    ];
  },
};

async function measure(progress: (text: string) => void): Promise<BenchTable> {
  const emulators = await startBenchEmulators();
  const data = await startData();
  const runtime = data.runtime({ settings: { CONSUMER: 'inventory', QUEUE_URL: 'http://queue' } });
  const handle = createHandler(runtime);
  try {
    const skuOf = (earlier: number, round: number) => (earlier === 0 ? `FRESH-${round}` : `HOT-${earlier}`);
    const filled = new Set<string>();
    const times = new Map<string, number[]>();
    const add = (name: string, ms: number) => times.set(name, [...(times.get(name) ?? []), ms]);
    // The first round warms up and is not counted.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const earlier of inTurn(round)) {
        progress(`reservations: round ${round} of ${ROUNDS}, ${earlier} earlier ones`);
        const sku = skuOf(earlier, round);
        if (!filled.has(sku)) await fill(runtime, sku, earlier);
        filled.add(sku);
        const orders = placed(sku);
        await data.store(orders);
        const ms = await timed(async () => {
          const { batchItemFailures } = await handle(sqsEvent(orders));
          if (batchItemFailures.length > 0) throw new Error('a reservation failed');
        });
        const alone = await timed(() => reserveMany(runtime, sku, BATCH));
        if (round > 0) add(`${earlier}`, ms);
        if (round > 0) add(`${earlier} alone`, alone);
      }
      const ms = await timed(() => bare(runtime, placed('BARE')));
      if (round > 0) add('bare', ms);
    }
    const rate = (name: string) => (BATCH * 1_000) / median(times.get(name) ?? []);
    const ceiling = rate('bare');
    const row = (of: string) => [of, rate(of), rate(of) / rate('0'), rate(of) / ceiling, rate(`${of} alone`)];
    return {
      name: 'reservations',
      title: `Reservations of one SKU: batches of ${BATCH} orders, each with a hold that its stock releases`,
      head: [
        'earlier reservations, all open',
        'reservations/s',
        'by those of a fresh SKU',
        'by the emulator',
        'the SKU alone, reservations/s',
      ],
      rows: [
        ...EARLIER.map((earlier) => row(String(earlier))),
        ['the same requests, bare', ceiling, ceiling / rate('0'), 1, ''],
      ],
      chart: { column: 1, unit: 'reservations/s' },
      notes: [
        `Median of ${ROUNDS} rounds, in turn. Bare: what a batch asks of DynamoDB, with nothing around it: a query and a put for each order, and the append.`,
        'The SKU alone: the same reservations without what they lead to in the orders.',
      ],
    };
  } finally {
    data.stop();
    await emulators.stop();
  }
}

/** Each round begins with another one. */
const inTurn = (round: number): number[] =>
  EARLIER.map((_, index) => EARLIER[(index + round) % EARLIER.length] ?? 0);

async function fill(runtime: Runtime, sku: string, reservations: number): Promise<void> {
  await decideTogether(runtime, sku, [{ type: 'receive', sku, quantity: 1_000_000 }]);
  for (let made = 0; made < reservations; made += BATCH) await reserveMany(runtime, sku, BATCH);
}

const reserveMany = (runtime: Runtime, sku: string, count: number) =>
  decideTogether(
    runtime,
    sku,
    Array.from({ length: count }, () => reserve(sku, randomUUID())),
  );

/** A batch of orders that wait for their stock. */
const placed = (sku: string): DomainEvent[] =>
  Array.from({ length: BATCH }).flatMap(() =>
    streamAt(AT, 'order', randomUUID(), [
      {
        eventType: 'OrderCreated',
        data: {
          customerId: 'ada',
          items: [{ sku, name: 'Mug', quantity: 1, unitPrice: 1_250, tracked: true, backorder: false }],
          total: 1_250,
          currency: 'USD',
          shippingAddress: { line1: '1 Main St', city: 'Springfield', postalCode: '01101', country: 'US' },
          ...nothingHeld,
          holds: ['stock'],
        },
      },
    ]),
  );

/** The order is read to see whether it waits, and written to release its hold. */
async function bare({ dynamo, ...runtime }: Runtime, orders: readonly DomainEvent[]): Promise<void> {
  const TableName = runtime.setting('EVENTS_TABLE');
  const read = (streamId: string) =>
    dynamo.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'streamId = :streamId',
        ExpressionAttributeValues: { ':streamId': streamId },
        ConsistentRead: true,
      }),
    );
  const write = (event: DomainEvent) => dynamo.send(new PutCommand({ TableName, Item: event }));
  await Promise.all(orders.slice(0, 1).map(write));
  await Promise.all(
    orders.map(async (order) => {
      await read(order.streamId);
      await write(order);
    }),
  );
}
