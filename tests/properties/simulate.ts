import { Worker } from 'node:worker_threads';
import { runCommand } from '#resources/cli/arguments.ts';
import { startEmulators } from '#resources/local/emulators/index.ts';
import type { Template } from '#resources/local/stack/template.ts';
import { compile } from '#tests/support/compiled-template.ts';
import type { Kind } from './checks/findings.ts';
import { findSeeds } from './find-seeds.ts';
import { type Deployment, readDeployment } from './simulator/deployment.ts';
import { flags, type Options, readOptions, USAGE } from './simulator/options.ts';
import { runEmulated } from './simulator/run-emulated.ts';
import { runVirtual } from './simulator/run-virtual.ts';
import { shrink } from './simulator/shrink.ts';
import type { RunReport } from './simulator/simulation.ts';
import { exitStatusOf, type Verdict, verdictOf } from './simulator/verdict.ts';

/** Runs on the emulators at the same time; each waits for timeouts most of its time. */
const EMULATED_AT_ONCE = 3;

/** A run that was too slow to judge is repeated as often, with nothing beside it. */
const AGAIN = 2;

interface Run {
  report: RunReport;
  where: 'fake' | 'emulators';
}

async function main(options: Options): Promise<number> {
  const { template, remove } = await compile('dev');
  await remove();
  if (options.findSeeds) return (await findSeeds(template)) === 0 ? 0 : 1;
  const deployment = await readDeployment(template);
  const seeds = Array.from({ length: options.runs }, (_, index) => options.seed + index);
  const emulated = seeds.slice(0, Math.ceil(options.runs * options.emulators));
  const virtual = seeds.slice(emulated.length);

  const runs = new Map<number, Run>();
  const of = (verdict: Verdict) => [...runs.values()].filter(({ report }) => verdictOf(report) === verdict);
  const note = (where: Run['where']) => (report: RunReport) => {
    runs.set(report.seed, { report, where });
    progress(runs.size, options.runs, of('failed').length);
  };
  const emulate = (some: readonly number[], atOnce: number) =>
    onEmulators({ template, deployment, orders: options.orders, seeds: some, atOnce }, note('emulators'));
  await Promise.all([
    options.only
      ? runVirtual(deployment, { ...options, operated: true }).then(note('fake'))
      : inWorker(template, options.orders, virtual, note('fake')),
    emulate(emulated, EMULATED_AT_ONCE),
  ]);
  for (let again = 0; again < AGAIN; again++) {
    const seedsOfSlow = of('too slow to judge').map(({ report }) => report.seed);
    await emulate(seedsOfSlow, 1);
  }

  for (const failure of of('failed')) await explain(failure, deployment, options);
  for (const { report } of of('too slow to judge')) printSlowness(report);
  return conclude([...runs.values()].map(({ report }) => report));
}

function inWorker(template: Template, orders: number, seeds: number[], note: (report: RunReport) => void) {
  if (seeds.length === 0) return Promise.resolve();
  return new Promise<void>((resolve, reject) => {
    const worker = new Worker(new URL('./simulator/worker.ts', import.meta.url), {
      workerData: { template, orders, seeds },
    });
    worker.on('message', note);
    worker.on('error', reject);
    worker.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`the worker ended with ${code}`)),
    );
  });
}

interface EmulatedRuns {
  template: Template;
  deployment: Deployment;
  orders: number;
  seeds: readonly number[];
  atOnce: number;
}

async function onEmulators(
  { template, deployment, orders, seeds, atOnce }: EmulatedRuns,
  note: (report: RunReport) => void,
): Promise<void> {
  if (seeds.length === 0) return;
  // One pair for each lane: the emulator of DynamoDB slows down as its streams grow.
  const waiting = [...seeds];
  const lane = async () => {
    const emulators = await startEmulators();
    try {
      for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
        const prefix = `s${seed}-`;
        note(await runEmulated({ seed, orders, prefix, emulators, template, deployment }));
      }
    } finally {
      await emulators.stop();
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, seeds.length) }, lane));
}

/** What was wrong, and the shortest schedule of faults that still leads there. */
async function explain({ report, where }: Run, deployment: Deployment, options: Options): Promise<void> {
  const { seed, orders, findings, faults } = report;
  console.log(`\nseed ${seed} on the ${where}, ${orders} orders, ${faults.length} faults:`);
  for (const { kind, message } of findings.slice(0, 10)) console.log(`  ${kind}: ${message}`);
  if (findings.length > 10) console.log(`  and ${findings.length - 10} more`);
  if (where === 'emulators') {
    console.log(`again: npm run simulate -- --seed ${seed} --orders ${orders} --runs 1 --emulators 1`);
    return;
  }
  const [first] = findings;
  const places = [...new Set(faults.map(({ place }) => place))];
  const fails = async (some: readonly string[]) => {
    const again = await runVirtual(deployment, { seed, orders, operated: true, only: new Set(some) });
    return again.findings.some(({ kind }) => kind === first?.kind);
  };
  const fewest = options.only ? places : await shrink(places, fails);
  for (const { place, kind } of faults.filter((fault) => fewest.includes(fault.place)))
    console.log(`    ${place}: ${kind}`);
  console.log(`again: npm run simulate -- --seed ${seed} --orders ${orders} --only ${fewest.join(',')}`);
}

/** What it found is named, but counts for nothing. */
function printSlowness({ seed, orders, slowness, findings }: RunReport): void {
  console.log(`\nseed ${seed} on the emulators, ${orders} orders: the machine was too slow to judge it:`);
  for (const sign of slowness) console.log(`  ${sign}`);
  const kinds = [...new Set(findings.map(({ kind }) => kind))].join(', ');
  if (findings.length > 0) console.log(`  not judged: ${findings.length} findings (${kinds})`);
  console.log(`again: npm run simulate -- --seed ${seed} --orders ${orders} --runs 1 --emulators 1`);
}

function conclude(reports: readonly RunReport[]): number {
  const verdicts = reports.map(verdictOf);
  const judged = reports.filter((_, index) => verdicts[index] !== 'too slow to judge');
  const sum = (of: (report: RunReport) => number) => judged.reduce((total, report) => total + of(report), 0);
  const count = (kind: Kind) =>
    sum(({ findings }) => findings.filter((finding) => finding.kind === kind).length);
  const found = [
    `${count('lost')} lost`,
    `${count('doubled')} doubled`,
    `${count('wrong view')} wrong views`,
    `${count('unexplained dead letter')} unexplained dead letters`,
  ];
  const [orders, faults] = [sum((report) => report.orders), sum((report) => report.faults.length)];
  console.log(`${judged.length} runs, ${orders} orders, ${faults} faults: ${found.join(', ')}`);
  const unjudged = reports.length - judged.length;
  if (unjudged > 0) console.log(`${unjudged} runs more: the machine was too slow to judge them`);
  return exitStatusOf(verdicts);
}

function progress(done: number, all: number, failed: number): void {
  if (!process.stderr.isTTY) return;
  const failing = failed > 0 ? `, ${failed} failed` : '';
  process.stderr.write(`\r${done} of ${all} runs${failing}${done === all ? '\n' : ''}`);
}

await runCommand({
  usage: USAGE,
  options: flags,
  async run(values) {
    // 1 is for what a simulation has found.
    process.exitCode = 2;
    process.exitCode = await main(readOptions(values, Date.now()));
  },
});
