import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type Mutant, mutantsOf } from '#tests/mutation/mutants.ts';
import { Related } from '#tests/mutation/plan.ts';
import { runMutants } from '#tests/mutation/run-mutants.ts';
import { TestWorker } from '#tests/mutation/test-worker.ts';
import { root } from '#tests/support/scripts.ts';

const SOURCE = 'shared/kit/messaging/backoff.ts';
const TEST = 'tests/unit/kit/messaging/backoff.test.ts';

test('A mutant that a test notices is killed, one that changes nothing survives, and the file stays as it is', async () => {
  const text = readFileSync(join(root, SOURCE), 'utf8');
  const worker = new TestWorker();
  const results = await worker.ask({ tests: [TEST], survey: true }, 60_000);
  await worker.stop();
  if (typeof results === 'string') throw new Error(results);
  const related = new Related(results);
  expect(related.testsOf(SOURCE).map(({ file }) => file)).toEqual([TEST]);

  const arithmetic = mutantsOf(SOURCE, text).filter(({ kind }) => kind === 'arithmetic');
  const nothing: Mutant = { file: SOURCE, line: 1, kind: 'text emptied', start: 0, end: 0, replacement: ' ' };
  const crash: Mutant = { ...nothing, replacement: 'process.exit(1);' };
  const elsewhere: Mutant = { ...nothing, file: 'shared/kit/config/time.ts' };
  const noted: string[] = [];
  const outcomes = await runMutants(
    [...arithmetic.slice(0, 2), nothing, crash, elsewhere],
    related,
    (outcome) => noted.push(outcome.status),
  );
  expect(noted).toEqual(['killed', 'killed', 'survived', 'crashed', 'no test']);
  expect(outcomes[0]).toMatchObject({ test: TEST, failure: expect.stringContaining('Error') });
  expect(readFileSync(join(root, SOURCE), 'utf8')).toBe(text);
}, 120_000);
