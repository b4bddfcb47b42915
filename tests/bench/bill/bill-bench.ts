import type { BenchTable } from '../bench-table.ts';
import type { Bench } from '../types.ts';
import { type Bill, billNames, countBill, onEventBridge } from './bill.ts';
import { PRICES_READ } from './prices.ts';

export const billBench: Bench = {
  name: 'bill',
  description: 'what a million orders cost, counted',
  notOnStage:
    'it counts calls in memory. What a stage costs, AWS Cost Explorer says (filter by the tags service and stage).',
  async run({ template, progress }) {
    const stack = await template();
    const bills: Bill[] = [];
    for (const name of billNames) {
      progress(`bill: ${name}`);
      bills.push(await countBill(stack, name));
    }
    const [load, trickle] = bills;
    if (load && trickle) {
      bills.push(onEventBridge('EventBridge, under load', load));
      bills.push(onEventBridge('EventBridge, at a trickle', trickle));
    }
    return [totals(bills), ...[load, trickle].filter((bill) => bill !== undefined).map(linesOf)];
  },
};

const notes = [
  `List prices of us-east-1, read in ${PRICES_READ}. The durations of Lambda are estimated from the number of calls.`,
];

/** The designs side by side, a line for each part. */
function totals(bills: readonly Bill[]): BenchTable {
  return {
    name: 'bill',
    title: 'A million orders',
    head: ['design', 'USD'],
    rows: bills.map(({ name, total }) => [name, total]),
    chart: { column: 1, unit: 'USD' },
    notes,
  };
}

const linesOf = (bill: Bill): BenchTable => ({
  name: `bill-${bill.name.replace(/^ours, /, '').replaceAll(' ', '-')}`,
  title: `A million orders, ${bill.name}`,
  ...itemized(bill),
});

/** A line for each part, the largest first. */
export const itemized = ({ lines, total }: Bill): Pick<BenchTable, 'head' | 'rows' | 'chart'> => ({
  head: ['part', 'USD', 'units of one order', 'what'],
  rows: [
    ...lines
      .filter(({ usd }) => usd >= 0.005)
      .sort((a, b) => b.usd - a.usd)
      .map(({ part, usd, units, what }) => [part, usd, units, what]),
    ['total', total, '', ''],
  ],
  chart: { column: 1, unit: 'USD' },
});
