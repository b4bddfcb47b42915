import { expect, test } from '@jest/globals';
import { mutantsOf } from '#tests/mutation/mutants.ts';
import { Related } from '#tests/mutation/plan.ts';
import { reportOf, summaryOf } from '#tests/mutation/report.ts';

const [one, other] = mutantsOf('shared/kit/aws/x.ts', 'a < b;\nc === d;') as [never, never];
const [third] = mutantsOf('shared/domain/order/y.ts', 'a + b;') as [never];

test('The score counts what a test noticed, a timeout and a crash; a file that no test loads counts for nothing', () => {
  const report = reportOf(
    [
      { mutant: one, status: 'killed', test: 'x.test.ts', failure: 'fails' },
      { mutant: other, status: 'timed out' },
      { mutant: one, status: 'crashed' },
      { mutant: third, status: 'survived' },
      { mutant: third, status: 'no test' },
    ],
    { all: 9, seed: 4 },
  );
  expect(report).toMatchObject({
    seed: 4,
    all: 9,
    run: 5,
    untested: 1,
    killed: 3,
    score: 0.75,
    byFolder: { 'shared/domain/order': { run: 1, killed: 0 }, 'shared/kit/aws': { run: 3, killed: 3 } },
  });
  expect(report.survivors.map(({ status, file, line }) => [status, file, line])).toEqual([
    ['survived', 'shared/domain/order/y.ts', 1],
    ['no test', 'shared/domain/order/y.ts', 1],
  ]);
  expect(summaryOf(report)).toBe(
    [
      '3 of 4 mutants killed: 75 % (seed 4, 9 there are)',
      '1 more in files that no unit test loads',
      '    0 %  0 of 1  shared/domain/order',
      '  100 %  3 of 3  shared/kit/aws',
      'survivors:',
      '  survived: shared/domain/order/y.ts:1 arithmetic: ((a) - (b))',
      '  no test: shared/domain/order/y.ts:1 arithmetic: ((a) - (b))',
      '',
    ].join('\n'),
  );
});

test('The tests of a mutant are those that load its file, those about it first; one that fails anyway is not used', () => {
  const related = new Related([
    { file: 'wide.test.ts', passed: true, ms: 1, loaded: ['x.ts', 'y.ts', 'z.ts'] },
    { file: 'narrow.test.ts', passed: true, ms: 9, loaded: ['x.ts'] },
    { file: 'other.test.ts', passed: true, ms: 1, loaded: ['y.ts'] },
    { file: 'broken.test.ts', passed: false, failure: 'no', ms: 1, loaded: ['x.ts'] },
  ]);
  expect(related.testsOf('x.ts').map(({ file }) => file)).toEqual(['narrow.test.ts', 'wide.test.ts']);
  expect(related.unusable.map(({ file }) => file)).toEqual(['broken.test.ts']);
});
