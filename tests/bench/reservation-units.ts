import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { application } from '#application';
import { combine } from '#domain/inventory/combine.ts';
import { type InventoryCommand, inventoryAggregate } from '#domain/inventory/decisions.ts';
import type { InventoryEvent } from '#domain/inventory/events.ts';
import { chunksOf } from '#kit/aws/chunks.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { toItem } from '#kit/event-store/event-item.ts';
import type { NewEvent } from '#kit/events/event.ts';
import type { Template } from '#resources/local/stack/template.ts';
import { tableOf } from '#tests/properties/simulator/virtual-tables.ts';
import { noMetrics } from '#tests/support/no-metrics.ts';
import { silentLogger } from '#tests/support/silent-logger.ts';
import { storedStreamAt } from '#tests/support/stored-stream.ts';
import { type Capacity, MeteredDynamo } from './bill/metered-dynamo.ts';
import { decideTogether, reserve } from './reserving.ts';

const SKU = 'MUG';
const NOW = Date.parse('2026-11-16T08:00:00.000Z');

/** What one reservation costs, by whether the process has seen the stream before. */
export interface ReservationUnits {
  events: number;
  open: number;
  readUnits: { cold: number; warm: number };
  writeUnits: number;
}

/**
 * The units of one more reservation on a stream of so many events, counted in memory: `open` of its orders have their stock still reserved, all
 * others have left with it.
 */
export async function countReservation(
  template: Template,
  events: number,
  open: number,
): Promise<ReservationUnits> {
  const world = worldOf(template);
  world.store(history(events, open));
  const writer = world.runtime();
  // Reads the whole stream and leaves a snapshot, as the last process that wrote did.
  await decideTogether(writer, SKU, [reserve(SKU, 'last')]);
  const cold = await world.costOf(() => decideTogether(world.runtime(), SKU, [reserve(SKU, 'cold')]));
  const warm = await world.costOf(() => decideTogether(writer, SKU, [reserve(SKU, 'warm')]));
  const again = await world.costOf(() => decideTogether(writer, SKU, [reserve(SKU, 'again')]));
  return {
    events,
    open,
    // The first one after another process has appended reads what that was.
    readUnits: { cold: cold.read, warm: Math.max(warm.read, again.read) },
    writeUnits: again.write,
  };
}

/** Open reservations come a hundred to an event, as from a full batch; of the others, each order leaves with its stock in the next event. */
function history(events: number, open: number): NewEvent[] {
  const stream: NewEvent[] = [];
  let state = inventoryAggregate.initialState;
  const decide = (...commands: InventoryCommand[]) => {
    const decided: InventoryEvent[] = [];
    for (const command of commands) {
      const some = inventoryAggregate.decide(command, state);
      state = some.reduce(inventoryAggregate.evolve, state);
      decided.push(...some);
    }
    stream.push(...combine(decided));
  };
  decide({ type: 'receive', sku: SKU, quantity: 1_000_000 });
  const orders = Array.from({ length: open }, () => reserve(SKU, randomUUID()));
  for (const some of chunksOf(orders, 100)) decide(...some);
  while (stream.length < events) {
    const orderId = randomUUID();
    decide(reserve(SKU, orderId));
    decide({ type: 'issue', sku: SKU, orderId });
  }
  return stream;
}

interface Cost {
  read: number;
  write: number;
}

function worldOf({ Resources }: Template) {
  const tables = ['EventsTable', 'ReadModelTable'].map((id) =>
    tableOf(id, Resources[id]?.Properties as unknown as Parameters<typeof tableOf>[1], () => NOW),
  );
  const dynamo = new MeteredDynamo(tables, () => NOW);
  let cost: Cost = { read: 0, write: 0 };
  const bill = ({ kind, units }: Capacity) => {
    cost[kind] += units;
  };
  const send = async (command: object) => dynamo.perform(command as never, bill);
  return {
    store(events: readonly NewEvent[]): void {
      for (const event of storedStreamAt(
        application.registry,
        '2026-11-15T08:00:00.000Z',
        'inventory',
        SKU,
        events,
      )) {
        dynamo.perform(new PutCommand({ TableName: 'EventsTable', Item: toItem(event) }), bill);
      }
    },
    /** Of a process of its own: it remembers no stream. */
    runtime: (): Runtime =>
      createRuntime(application, {
        now: () => NOW,
        sleep: async () => undefined,
        logger: silentLogger(),
        metrics: noMetrics,
        settings: { EVENTS_TABLE: 'EventsTable', READ_MODEL_TABLE: 'ReadModelTable' },
        dynamo: { send } as unknown as Runtime['dynamo'],
      }),
    async costOf(run: () => Promise<void>): Promise<Cost> {
      cost = { read: 0, write: 0 };
      await run();
      return cost;
    },
  };
}
