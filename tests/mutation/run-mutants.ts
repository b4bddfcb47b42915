import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '#tests/support/scripts.ts';
import { type Mutant, mutated } from './mutants.ts';
import type { Related } from './plan.ts';
import type { FileResult } from './protocol.ts';
import { TestWorker } from './test-worker.ts';

export interface Outcome {
  mutant: Mutant;
  /** `no test`: no unit test loads the file. */
  status: 'killed' | 'timed out' | 'crashed' | 'survived' | 'no test';
  /** The test file that failed, and what in it. */
  test?: string;
  failure?: string;
}

/** A worker's process holds what mutants before left in it; so it lives for so many, and is proved at their end. */
const BATCH = 20;

const LEAST_TIMEOUT_MS = 30_000;

/**
 * Runs the related tests of each mutant, until one fails. Where tests that failed in a batch fail at its end without a
 * mutant as well, something was left behind, and each mutant of the batch is run again in a process of its own.
 */
export async function runMutants(
  mutants: readonly Mutant[],
  related: Related,
  note: (outcome: Outcome) => void,
): Promise<Outcome[]> {
  const worker = new TestWorker();
  const all: Outcome[] = [];
  try {
    for (let at = 0; at < mutants.length; at += BATCH) {
      const batch = mutants.slice(at, at + BATCH);
      let outcomes: Outcome[] = [];
      for (const mutant of batch) outcomes.push(await runMutant(worker, mutant, related));
      const failed = new Set(outcomes.flatMap(({ test }) => test ?? []));
      const isSound = (await runTests(worker, related.usable(failed))) === undefined;
      await worker.stop();
      if (!isSound) {
        outcomes = [];
        for (const mutant of batch) {
          outcomes.push(await runMutant(worker, mutant, related));
          await worker.stop();
        }
      }
      outcomes.forEach(note);
      all.push(...outcomes);
    }
  } finally {
    await worker.stop();
  }
  return all;
}

async function runMutant(worker: TestWorker, mutant: Mutant, related: Related): Promise<Outcome> {
  const tests = related.testsOf(mutant.file);
  if (tests.length === 0) return { mutant, status: 'no test' };
  const text = mutated(readFileSync(join(root, mutant.file), 'utf8'), mutant);
  const found = await runTests(worker, tests, { file: mutant.file, text });
  return found ? { mutant, ...found } : { mutant, status: 'survived' };
}

/** What noticed the mutant; undefined where all tests passed. */
async function runTests(
  worker: TestWorker,
  tests: readonly FileResult[],
  replaced?: { file: string; text: string },
): Promise<Pick<Outcome, 'status' | 'test' | 'failure'> | undefined> {
  const timeoutMs = LEAST_TIMEOUT_MS + 10 * tests.reduce((sum, { ms }) => sum + ms, 0);
  const request = { tests: tests.map(({ file }) => file), ...(replaced && { replaced }) };
  const response = await worker.ask(request, timeoutMs);
  if (typeof response === 'string') return { status: response };
  const failed = response.find(({ passed }) => !passed);
  return failed && { status: 'killed', test: failed.file, failure: failed.failure ?? '' };
}
