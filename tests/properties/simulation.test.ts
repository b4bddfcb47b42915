import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Template } from '#resources/local/stack/template.ts';
import { compiledTemplate } from '#tests/support/compiled-template.ts';
import { sharedEmulators, uniquePrefix } from '#tests/support/emulators.ts';
import { type Deployment, readDeployment } from './simulator/deployment.ts';
import { runEmulated } from './simulator/run-emulated.ts';
import { runVirtual } from './simulator/run-virtual.ts';
import { verdictOf } from './simulator/verdict.ts';

describe('the system under an adversary', () => {
  let template: Template;
  let deployment: Deployment;

  beforeAll(async () => {
    template = await compiledTemplate();
    deployment = await readDeployment(template);
  });

  test.each([1, 2, 3])('loses nothing and doubles nothing, on the fakes (seed %i)', async (seed) => {
    const { findings, faults, events } = await runVirtual(deployment, {
      seed,
      orders: 12,
      operated: seed > 1,
    });
    expect(findings).toEqual([]);
    // A run in which nothing happened would say nothing.
    expect(faults.length).toBeGreaterThan(10);
    expect(events).toBeGreaterThan(40);
  });

  test('loses nothing and doubles nothing, on the emulators', async () => {
    const run = { seed: 1, orders: 4, emulators: sharedEmulators(), template, deployment };
    const runOnce = () => runEmulated({ ...run, prefix: uniquePrefix() });
    let report = await runOnce();
    for (let again = 0; again < 3 && verdictOf(report) === 'too slow to judge'; again++)
      report = await runOnce();
    const { findings, slowness, faults, events } = report;
    expect({ findings, slowness }).toEqual({ findings: [], slowness: [] });
    expect(faults.length).toBeGreaterThan(5);
    expect(events).toBeGreaterThan(15);
  }, 240_000);

  test('is the same run for the same seed', async () => {
    const [one, other] = [
      await runVirtual(deployment, { seed: 7, orders: 5 }),
      await runVirtual(deployment, { seed: 7, orders: 5 }),
    ];
    expect(other).toEqual(one);
  });

  test('is another run for another seed', async () => {
    const [one, other] = [
      await runVirtual(deployment, { seed: 8, orders: 5 }),
      await runVirtual(deployment, { seed: 9, orders: 5 }),
    ];
    expect(other.faults).not.toEqual(one.faults);
  });

  test('meets only the faults that it is told to, the others left out', async () => {
    const { faults } = await runVirtual(deployment, { seed: 1, orders: 12 });
    const place = faults[0]?.place ?? '';
    const only = await runVirtual(deployment, { seed: 1, orders: 12, only: new Set([place]) });
    expect(only.faults).toEqual([faults[0]]);
    expect((await runVirtual(deployment, { seed: 1, orders: 12, only: new Set() })).faults).toEqual([]);
  });
});
