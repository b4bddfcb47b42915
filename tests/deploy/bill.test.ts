import { describe, expect, test } from '@jest/globals';
import { aboveBudget, countBudget, readBudget } from '#tests/bench/bill/budget.ts';
import { compiledTemplate } from '#tests/support/compiled-template.ts';

describe('The bill of a million orders', () => {
  test('stays within its budget; `npm run bench -- --budget` writes another one', async () => {
    const counted = await countBudget(await compiledTemplate());
    expect(aboveBudget(counted, await readBudget())).toEqual([]);
  }, 120_000);

  test('is above it when a line grows by more than 2 %, or is new', () => {
    const budget = { load: { writes: 100, reads: 50 } };
    expect(aboveBudget({ load: { writes: 101, reads: 50 } }, budget)).toEqual([]);
    expect(aboveBudget({ load: { writes: 103, reads: 50, publishes: 1 } }, budget)).toEqual([
      'load: writes takes 103 for an order, planned are 100',
      'load: publishes takes 1 for an order, planned are 0',
    ]);
  });
});
