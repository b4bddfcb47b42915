import type { BenchTable } from '../bench-table.ts';
import { priced } from '../bill/bill.ts';
import { itemized } from '../bill/bill-bench.ts';
import type { Bench } from '../types.ts';
import { type AuditCost, costOfAudit } from './audit-cost.ts';
import { assumptions, type KeepUp, keepUp } from './keep-up.ts';

const ORDERS = 60;
/** `consumerConcurrency` of each stage (resources/stages.yml). */
const LANES = { dev: 5, staging: 10, prod: 50 };
/** Between two runs. */
const INTERVAL_SECONDS = 300;

export const auditBench: Bench = {
  name: 'audit',
  description: 'what the audit of an order costs, and how many orders a second it keeps up with',
  notOnStage: 'it counts in memory, in simulated time. On a stage, see the metric ProjectionLagSeconds.',
  async run({ template, progress }) {
    progress('audit: counting');
    const cost = await costOfAudit(await template(), ORDERS);
    progress('audit: simulating lanes');
    const backlog = { lanes: 1, backlogMs: INTERVAL_SECONDS * 1_000, runs: 2 };
    const inLanes = await keepUp({ ...backlog, perSecond: 60 });
    progress('audit: simulating runs without lanes');
    const alone = await keepUp({ ...backlog, perSecond: 40, inline: Number.MAX_SAFE_INTEGER });
    return [costTable(cost, inLanes), keepUpTable(cost.events / 2, inLanes, alone)];
  },
};

/** Lambda's duration is that of the lanes, for as many events. */
function costTable({ lines, events }: AuditCost, inLanes: KeepUp): BenchTable {
  const duration = {
    part: 'Lambda, duration',
    priced: 'gigabyteSecond' as const,
    units: (inLanes.gigabyteSeconds / inLanes.events) * events,
  };
  return {
    name: 'audit-cost',
    title: `The audit of a million orders, ${(events / 2).toFixed(2)} events each, which two passes check`,
    ...itemized(priced('audit', [...lines.filter((line) => line.priced !== duration.priced), duration])),
  };
}

function keepUpTable(eventsOfOrder: number, inLanes: KeepUp, alone: KeepUp): BenchTable {
  const seconds = inLanes.gigabyteSeconds / assumptions.memoryGb;
  const ofLane = inLanes.events / seconds / eventsOfOrder;
  const runs = alone.behindSeconds.length;
  const withoutLanes = alone.events / (runs * INTERVAL_SECONDS) / eventsOfOrder;
  return {
    name: 'audit-keeps-up',
    title: 'Orders a second that the audit keeps up with',
    head: ['stage', 'lanes', 'orders/s'],
    rows: [
      ...Object.entries(LANES).map(([stage, lanes]) => [stage, lanes, Math.floor(ofLane * lanes)]),
      ['without lanes', 0, Math.floor(withoutLanes)],
    ],
    chart: { column: 2, unit: 'orders/s' },
    notes: [
      `In simulated time: a call takes ${assumptions.processorMs} ms of the processor and ${assumptions.latencyMs} ms of waiting.`,
    ],
  };
}
