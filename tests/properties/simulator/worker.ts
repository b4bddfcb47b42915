import { parentPort, workerData } from 'node:worker_threads';
import type { Template } from '#resources/local/stack/template.ts';
import { readDeployment } from './deployment.ts';
import { runVirtual } from './run-virtual.ts';

/** Runs on the fakes in a thread of its own, with a clock of its own: a report is posted for each seed. */
const { template, orders, seeds } = workerData as { template: Template; orders: number; seeds: number[] };
const deployment = await readDeployment(template);
for (const seed of seeds)
  parentPort?.postMessage(await runVirtual(deployment, { seed, orders, operated: true }));
