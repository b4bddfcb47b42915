import { beforeAll, describe, expect, test } from '@jest/globals';
import { compiledTemplate } from '#tests/support/compiled-template.ts';
import seeds from './defect-seeds.json' with { type: 'json' };
import { defects } from './defects.ts';
import { seedThatShows } from './seed-that-shows.ts';
import { type Deployment, readDeployment } from './simulator/deployment.ts';
import { runVirtual } from './simulator/run-virtual.ts';
import { shrink } from './simulator/shrink.ts';

describe('the checks', () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await readDeployment(await compiledTemplate());
  });

  test.each(defects.map((defect) => [defect.name, defect] as const))(
    'catch: %s',
    async (_, defect) => {
      const recorded = (seeds as Record<string, number>)[defect.name];
      const seed = await seedThatShows(deployment, defect, recorded);
      expect(seed).toBeDefined();
    },
    120_000,
  );

  test('find a failure again with the few faults that it takes', async () => {
    const defect = defects.find(({ name }) => name.startsWith('inbox marker off'));
    const run = { seed: 1, orders: 8, defect };
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
  }, 120_000);
});
