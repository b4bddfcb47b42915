/** Finds for each deliberate defect the first seed that shows it, and writes defect-seeds.json: `npm run simulate -- --find-seeds`. */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { Template } from '#resources/local/stack/template.ts';
import { defects } from './defects.ts';
import { seedThatShows } from './seed-that-shows.ts';
import { readDeployment } from './simulator/deployment.ts';

interface Found {
  name: string;
  seed?: number | undefined;
}

/** Prints each. Resolves to how many defects no seed shows. */
export async function findSeeds(template: Template): Promise<number> {
  const found = new Map<string, number | undefined>();
  // After each, since a search may be long.
  const note = () => {
    const seeds = Object.fromEntries(defects.map(({ name }) => [name, found.get(name)]));
    writeFileSync(join(import.meta.dirname, 'defect-seeds.json'), `${JSON.stringify(seeds, undefined, 2)}\n`);
  };
  const lanes = availableParallelism();
  const searchPart = (lane: number) =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: { template, lane, lanes } });
      worker.on('message', ({ name, seed }: Found) => {
        found.set(name, seed);
        note();
        console.log(`${seed === undefined ? 'no seed shows' : `seed ${seed} shows`}: ${name}`);
      });
      worker.on('error', reject);
      worker.on('exit', () => resolve());
    });
  await Promise.all(Array.from({ length: lanes }, (_, lane) => searchPart(lane)));
  return defects.filter(({ name }) => found.get(name) === undefined).length;
}

if (!isMainThread && workerData?.lanes) {
  const { template, lane, lanes } = workerData as { template: Template; lane: number; lanes: number };
  const deployment = await readDeployment(template);
  for (const [index, defect] of defects.entries()) {
    if (index % lanes !== lane) continue;
    parentPort?.postMessage({
      name: defect.name,
      seed: await seedThatShows(deployment, defect),
    } satisfies Found);
  }
}
