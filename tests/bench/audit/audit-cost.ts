import type { ScheduledAudit } from '#functions/operations/audit/report.ts';
import type { Template } from '#resources/local/stack/template.ts';
import { type Deployment, readDeployment } from '#tests/properties/simulator/deployment.ts';
import { priced } from '../bill/bill.ts';
import { BillWorld } from '../bill/bill-world.ts';
import { ours } from '../bill/designs.ts';
import type { Line } from '../bill/meter.ts';
import { typicalLife } from '../bill/typical-life.ts';

const HANDLERS =
  /^functions\/(commands|queries|projections|consumers|publisher|operations\/(audit|audit-steps|deadline-tick))\//;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const RUNS = 4;

export interface AuditCost {
  /** Units of one order, by part. */
  lines: Line[];
  /** Of one order, checked by both passes together. */
  events: number;
  /** Of a million orders. */
  usd: number;
  /** Whatever the audit found missing: nothing is. */
  behind: number;
}

/**
 * What the audit of an order takes, counted: orders are run through the stack in memory, and then audited when they are old enough, and once
 * more a day later; by the runs, or all of them in lanes (`inline: 0`). Counted twice, with twice as many orders: the difference is what
 * orders take, without what runs take that find nothing.
 */
export async function costOfAudit(template: Template, orders: number, inline?: number): Promise<AuditCost> {
  const deployment = await readDeployment(template, HANDLERS);
  const [one, two] = [await count(deployment, orders, inline), await count(deployment, 2 * orders, inline)];
  const lines = two.lines.map((line) => {
    const before = one.lines.find(({ part }) => part === line.part)?.units ?? 0;
    return { ...line, units: (line.units - before) / orders };
  });
  return {
    lines,
    events: (two.events - one.events) / orders,
    usd: priced('audit', lines).total,
    behind: one.behind + two.behind,
  };
}

interface Counted {
  lines: Line[];
  events: number;
  behind: number;
}

async function count(deployment: Deployment, orders: number, inline?: number): Promise<Counted> {
  const world = new BillWorld(deployment, ours('full'));
  const event = { scheduled: true, ...(inline !== undefined && { inline }) };
  // Powertools takes the time of idempotency and of log lines from here.
  const realNow = Date.now;
  Date.now = () => world.now;
  try {
    await typicalLife(world, orders, false);
    world.meter.reset();
    const counted: Counted = { lines: [], events: 0, behind: 0 };
    for (const later of [6 * MINUTE_MS, DAY_MS]) {
      world.advance(later);
      // One run leaves some of it to lanes, and the next one sees that they have ended.
      for (let run = 0; run < RUNS; run++) {
        const { events, behind } = (await world.schedule('audit', event)) as ScheduledAudit;
        counted.events += events;
        counted.behind += behind.length;
        world.advance(5 * MINUTE_MS);
      }
    }
    return { ...counted, lines: world.meter.lines() };
  } finally {
    Date.now = realNow;
  }
}
