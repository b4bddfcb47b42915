import { beforeAll, describe, expect, test } from '@jest/globals';
import { compiledTemplate } from '#tests/support/compiled-template.ts';
import { defects } from './defects.ts';
import { type Deployment, readDeployment } from './simulator/deployment.ts';
import { runVirtual } from './simulator/run-virtual.ts';
import { shrink } from './simulator/shrink.ts';

/** The seeds are the same in every run of the test: so is what they find. */
const MAX_SEEDS = 40;
const ORDERS = 15;

describe('the checks', () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await readDeployment(await compiledTemplate());
  });

  test.each(defects.map((defect) => [defect.name, defect] as const))(
    'catch: %s',
    async (_, defect) => {
      const found = new Set<string>();
      const { firstSeed = 1, exposedBy, operated } = defect;
      let seed = firstSeed;
      for (; seed < firstSeed + MAX_SEEDS; seed++) {
        const { findings } = await runVirtual(deployment, { seed, orders: ORDERS, defect, operated });
        for (const { kind } of findings) found.add(kind);
        if (defect.caughtAs.some((kind) => found.has(kind))) break;
      }
      expect([...found].filter((kind) => (defect.caughtAs as readonly string[]).includes(kind))).not.toEqual(
        [],
      );
      if (!exposedBy) return;
      const without = new Set([exposedBy]);
      const { findings } = await runVirtual(deployment, { seed, orders: ORDERS, defect, operated, without });
      expect(findings).toEqual([]);
    },
    120_000,
  );

  test('find a failure again with the few faults that it takes', async () => {
    const defect = defects.find(({ name }) => name.startsWith('inbox marker off'));
    const run = { seed: 1, orders: ORDERS, defect };
    const { faults } = await runVirtual(deployment, run);
    const fails = async (places: readonly string[]) => {
      const { findings } = await runVirtual(deployment, { ...run, only: new Set(places) });
      return findings.some(({ kind }) => kind === 'doubled');
    };
    const places = [...new Set(faults.map(({ place }) => place))];
    const fewest = await shrink(places, fails, 60);
    expect(places.length).toBeGreaterThan(10);
    expect(fewest.length).toBeLessThanOrEqual(3);
    expect(await fails(fewest)).toBe(true);
  }, 60_000);
});
