import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, UsageError } from '#resources/cli/arguments.ts';
import { randomOf } from '#tests/properties/simulator/random.ts';
import { root } from '#tests/support/scripts.ts';
import { mutantsOf } from './mutants.ts';
import { Related, sources, unitTests } from './plan.ts';
import { lineOf, reportOf, summaryOf } from './report.ts';
import { type Outcome, runMutants } from './run-mutants.ts';
import { TestWorker } from './test-worker.ts';

const SURVEY_MS = 600_000;

const USAGE = `npm run mutate -- [--only PATH] [--sample N] [--seed S] [--json]

Makes small defects in shared/kit and shared/domain, one at a time, and runs the unit tests that load the file until one
fails. Nothing is written: the changed file is in the memory of the process that runs the tests.

  --only    only files whose path begins so: shared/kit/event-store
  --sample  so many mutants of all, drawn by the seed; all of them when absent
  --seed    of the sample (1)
  --json    prints one JSON document

Exit status: 0, however many survive; 1 where it could not run.`;

const flags = {
  only: { type: 'string' },
  sample: { type: 'string' },
  seed: { type: 'string' },
  json: { type: 'boolean' },
} as const;

const wholeNumber = (flag: string, text: string, least: number): number => {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`--${flag} must be a whole number of at least ${least}, not ${text}`);
};

await runCommand({
  usage: USAGE,
  options: flags,
  async run({ only, sample, seed: givenSeed = '1', json = false }) {
    const seed = wholeNumber('seed', givenSeed, 0);
    const files = sources(only);
    if (files.length === 0)
      throw new UsageError(`no file of shared/kit or shared/domain begins with ${only}`);
    const all = files.flatMap((file) => mutantsOf(file, readFileSync(join(root, file), 'utf8')));
    const count = sample === undefined ? all.length : wholeNumber('sample', sample, 1);
    const mutants = randomOf(seed, 'mutants').shuffle(all).slice(0, count);

    const say = (line: string) => process.stderr.write(`${line}\n`);
    const related = await survey();
    for (const { file, failure } of related.unusable)
      say(`not used, since it fails without a mutant: ${file}: ${failure}`);
    say(`${mutants.length} of ${all.length} mutants in ${files.length} files, seed ${seed}`);
    let done = 0;
    const note = (outcome: Outcome) => {
      done += 1;
      const isFound = outcome.status !== 'survived' && outcome.status !== 'no test';
      if (!isFound || process.stderr.isTTY) say(`${done}/${mutants.length} ${lineOf(outcome)}`);
    };
    const report = reportOf(await runMutants(mutants, related, note), { all: all.length, seed });
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : summaryOf(report));
  },
});

/** Which test loads which files. */
async function survey(): Promise<Related> {
  const worker = new TestWorker();
  try {
    const results = await worker.ask({ tests: unitTests(), survey: true }, SURVEY_MS);
    if (typeof results === 'string') throw new Error(`the tests without a mutant: ${results}`);
    return new Related(results);
  } finally {
    await worker.stop();
  }
}
