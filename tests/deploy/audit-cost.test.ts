import { expect, test } from '@jest/globals';
import { costOfAudit } from '#tests/bench/audit/audit-cost.ts';
import { compiledTemplate } from '#tests/support/compiled-template.ts';

test('The audit of a million orders costs less than 1.6 USD, and in lanes no more', async () => {
  const template = await compiledTemplate();
  for (const inline of [undefined, 0]) {
    const { usd, events, behind } = await costOfAudit(template, 60, inline);
    expect([inline, behind, usd < 1.6]).toEqual([inline, 0, true]);
    // Each event by both passes.
    expect(events).toBeGreaterThan(14);
  }
}, 120_000);
