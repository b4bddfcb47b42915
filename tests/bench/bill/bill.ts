import type { Template } from '#resources/local/stack/template.ts';
import { type Deployment, readDeployment } from '#tests/properties/simulator/deployment.ts';
import { BillWorld } from './bill-world.ts';
import { type Design, naive, ours } from './designs.ts';
import { costOf, type Line, type Meter } from './meter.ts';
import { type Priced, prices } from './prices.ts';
import { typicalLife } from './typical-life.ts';

/** What a million orders cost, by part. */
export interface Bill {
  name: string;
  lines: BillLine[];
  /** USD. */
  total: number;
}

export interface BillLine {
  part: string;
  priced: Priced;
  /** Of one order. */
  units: number;
  what: string;
  /** USD of a million orders. */
  usd: number;
}

const MILLION = 1_000_000;
const HANDLERS = /^functions\/(commands|queries|projections|consumers|publisher|operations\/deadline-tick)\//;

export const billNames = ['ours, under load', 'ours, at a trickle', 'naive'] as const;
export type BillName = (typeof billNames)[number];

/** So many orders are enough: the same number of each kind in every hundred. */
const ORDERS = 100;

/** Runs the orders through the stack in memory, and counts. The same code gives the same counts. */
export async function countBill(template: Template, name: BillName, orders = ORDERS): Promise<Bill> {
  const deployment = await readDeployment(template, HANDLERS);
  const meter = await run(deployment, designs[name](), orders);
  return billOf(name, meter.lines(), orders);
}

const designs: Record<BillName, () => Design> = {
  'ours, under load': () => ours('full'),
  'ours, at a trickle': () => ours('windowed'),
  naive,
};

/** The same orders under load: what each function did, and what each partition took. */
export async function countLoad(template: Template, orders = ORDERS): Promise<Meter> {
  return run(await readDeployment(template, HANDLERS), ours('full'), orders);
}

async function run(deployment: Deployment, design: Design, orders: number): Promise<Meter> {
  const world = new BillWorld(deployment, design);
  // Powertools takes the time of idempotency and of log lines from here.
  const realNow = Date.now;
  Date.now = () => world.now;
  try {
    await typicalLife(world, orders, design.batches !== 'full');
  } finally {
    Date.now = realNow;
  }
  return world.meter;
}

function billOf(name: string, lines: readonly Line[], orders: number): Bill {
  const counted = lines.map(({ part, priced, units }) => ({ part, priced, units: units / orders }));
  return priced(name, counted);
}

/** The same with EventBridge in place of SNS: computed, as there is no emulator of it. An event is one for each 64 KB, rules are free. */
export function onEventBridge(name: string, { lines }: Bill): Bill {
  const others = lines.filter(({ part }) => !part.startsWith('SNS, ') && part !== EVENTS);
  const events = lines.find(({ part }) => part === EVENTS);
  if (!events) throw new Error(`${EVENTS} were not counted`);
  return priced(name, [...others, { ...events, part: 'EventBridge, events' }]);
}

/** Counted, to compute with; SNS bills publishes and not events. */
const EVENTS = 'events published';

/** What counted units of one order cost for a million. */
export function priced(name: string, counted: readonly Pick<BillLine, 'part' | 'priced' | 'units'>[]): Bill {
  const lines = counted
    .map((line) => ({
      ...line,
      what: prices[line.priced].what,
      usd: line.part === EVENTS ? 0 : costOf(line) * MILLION,
    }))
    .sort((a, b) => (a.part < b.part ? -1 : 1));
  return { name, lines, total: lines.reduce((sum, { usd }) => sum + usd, 0) };
}
