import type { MappingProperties } from '#resources/local/event-source-mapping/mapping.ts';
import type { Template } from '#resources/local/stack/template.ts';
import { functionsOf } from '#tests/support/role-rights.ts';
import { countLoad } from './bill/bill.ts';
import type { Meter } from './bill/meter.ts';
import type { Bench } from './types.ts';

const ORDERS = 200;

/** AWS's limits, read in November 2026; each is of one account, in us-east-1, and of one table or topic. */
const LIMITS = {
  /** "DynamoDB partition": write units a second of one partition key. */
  partitionWrites: 1_000,
  /** Default quota of an on-demand table, and of each of its indexes. */
  tableWrites: 40_000,
  /** Requests a second of API Gateway in a region. */
  apiRequests: 10_000,
  /** Messages a second of a standard topic. */
  topicMessages: 30_000,
} as const;

interface Cap {
  part: string;
  cap: number;
  limit: string;
}

/**
 * How many orders a second each part takes: what an order asks of it, counted under load, against AWS's limits and the concurrency of prod. Lambda's
 * durations are those of the bill: estimated from the calls.
 */
export const capsBench: Bench = {
  name: 'caps',
  description: 'orders a second that each part takes',
  notOnStage: 'it computes from counts in memory. Load a stage with a tool of yours, and compare.',
  async run({ template, progress }) {
    progress('caps: counting');
    const stack = await template('prod');
    const meter = await countLoad(stack, ORDERS);
    const caps = [...service(meter), ...partitions(meter), ...functions(meter, stack)].sort(
      (a, b) => a.cap - b.cap,
    );
    return [
      {
        name: 'caps',
        title: 'Orders a second that each part takes',
        head: ['part', 'orders/s', 'limit'],
        rows: caps.map(({ part, cap, limit }) => [part, Math.floor(cap), limit]),
        chart: { column: 1, unit: 'orders/s' },
      },
    ];
  },
};

/** The same limit for the whole stage. */
function service(meter: Meter): Cap[] {
  const units = (part: string) => (meter.lines().find((line) => line.part === part)?.units ?? 0) / ORDERS;
  return [
    {
      part: 'HTTP API',
      cap: LIMITS.apiRequests / units('HTTP API'),
      limit: `${LIMITS.apiRequests} requests/s a region`,
    },
    {
      part: 'topic',
      cap: LIMITS.topicMessages / units('events published'),
      limit: `${LIMITS.topicMessages} messages/s in us-east-1`,
    },
  ];
}

/** The busiest partition of each table and index, and the table as a whole. */
function partitions({ written }: Meter): Cap[] {
  return [...written].flatMap(([where, units]) => {
    const most = Math.max(...units.values()) / ORDERS;
    const all = [...units.values()].reduce((sum, one) => sum + one, 0) / ORDERS;
    return [
      {
        part: `${where}: busiest partition`,
        cap: LIMITS.partitionWrites / most,
        limit: `${LIMITS.partitionWrites} write units/s`,
      },
      { part: where, cap: LIMITS.tableWrites / all, limit: `${LIMITS.tableWrites} write units/s` },
    ];
  });
}

/** Consumers, by the concurrency that prod gives them. */
function functions({ work }: Meter, template: Template): Cap[] {
  const mappings = Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping')
    .map(({ Properties }) => Properties as unknown as MappingProperties);
  return functionsOf(template).flatMap(({ id, name }) => {
    const done = work.get(name);
    const mapping = mappings.find(({ FunctionName }) => JSON.stringify(FunctionName).includes(`"${id}"`));
    const { MaximumConcurrency } = mapping?.ScalingConfig ?? {};
    if (!done || MaximumConcurrency === undefined) return [];
    const messagesPerSecond = (MaximumConcurrency * done.messages * 1_000) / done.ms;
    return [
      {
        part: `consumer ${name}`,
        cap: messagesPerSecond / (done.messages / ORDERS),
        limit: `${MaximumConcurrency} invocations at once`,
      },
    ];
  });
}
