import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Template } from '#resources/local/stack/template.ts';
import { type BillName, countBill } from './bill.ts';

/** Units of one order, by design and part. */
export type Budget = Record<string, Record<string, number>>;

const FILE = join(import.meta.dirname, 'budget.json');
const NAMES: readonly BillName[] = ['ours, under load', 'ours, at a trickle'];

/** A line may grow by so much before somebody has to say so. */
const TOLERANCE = 1.02;

export async function countBudget(template: Template): Promise<Budget> {
  const budget: Budget = {};
  for (const name of NAMES) {
    const { lines } = await countBill(template, name);
    budget[name] = Object.fromEntries(lines.map(({ part, units }) => [part, Number(units.toFixed(4))]));
  }
  return budget;
}

export const readBudget = async (): Promise<Budget> => JSON.parse(await readFile(FILE, 'utf8')) as Budget;

export const writeBudget = (budget: Budget): Promise<void> =>
  writeFile(FILE, `${JSON.stringify(budget, null, 2)}\n`);

/** The lines that cost more than the budget has for them, as sentences. */
export const aboveBudget = (counted: Budget, budget: Budget): string[] =>
  Object.entries(counted).flatMap(([name, lines]) =>
    Object.entries(lines)
      .map(([part, units]) => ({ part, units, planned: budget[name]?.[part] ?? 0 }))
      .filter(({ units, planned }) => units > planned * TOLERANCE)
      .map(
        ({ part, units, planned }) => `${name}: ${part} takes ${units} for an order, planned are ${planned}`,
      ),
  );
