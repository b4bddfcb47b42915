import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from '#tests/docs/documents.ts';
import { Copy } from './copy.ts';
import { changed, pages, type Step, stepsOf } from './steps.ts';

/** Jest takes longer to start than these tests to run: they run once, after the last page. */
const TEST_FILES = /^npm test -- /;

/** Needs a local run; tests/docs/commands.test.ts has it. */
const OPERATION = /^npm run -s ops /;

let copy: Copy;
beforeAll(() => {
  copy = new Copy();
});
afterAll(() => copy.remove());

async function follow(step: Step): Promise<void> {
  if ('create' in step) return copy.create(step.create, step.lines);
  if ('change' in step) return copy.change(step.change, step.parts);
  if (TEST_FILES.test(step.run) || OPERATION.test(step.run)) return;
  const { code, stdout, stderr } = await copy.run(step.run);
  if (step.prints) expect(withoutNpm(stdout)).toEqual(step.prints);
  else expect({ run: step.run, code, output: code === 0 ? '' : stdout + stderr }).toMatchObject({ code: 0 });
}

/** Without the lines in which npm says what it runs. */
const withoutNpm = (output: string): string[] =>
  output.split('\n').filter((line) => line !== '' && !line.startsWith('> '));

describe('Somebody who follows the tutorial by the letter', () => {
  test.each(pages.map((page) => [page.path, page] as const))(
    'can do what %s says, and sees what it shows',
    async (_, page) => {
      for (const step of stepsOf(page)) await follow(step);
    },
    60_000,
  );

  test('has tests that pass, on the emulators, for all that was added', async () => {
    const commands = pages.flatMap(stepsOf).flatMap((step) => ('run' in step ? [step.run] : []));
    const files = commands.filter((command) => TEST_FILES.test(command));
    expect(files.length).toBeGreaterThanOrEqual(pages.length);
    const paths = new Set(files.flatMap((command) => command.replace(TEST_FILES, '').split(' ')));
    const { code, stderr } = await copy.run(`npm test -- ${[...paths].join(' ')}`);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  }, 240_000);

  test('adds nothing that is missing: every page ends with npm run missing', () => {
    expect(pages.map(stepsOf).map((steps) => steps.findLast((step) => 'prints' in step))).toEqual(
      pages.map(() => ({ run: 'npm run missing', prints: ['nothing is missing'] })),
    );
    expect(pages).toHaveLength(5);
  });
});

describe('A page', () => {
  const page = (...lines: string[]) => parse('docs/guide/x.md', ['# X', '', ...lines].join('\n'));

  test('has blocks that create, change and run', () => {
    const lines = [
      'Create `a.ts`:',
      '',
      '```ts',
      'a',
      '```',
      'Change `b.ts`:',
      '',
      '```diff',
      ' a',
      '-b',
      '+c',
      '```',
    ];
    expect(stepsOf(page(...lines, '```console', '$ d', 'e', '```', '```sh', 'f', '```'))).toEqual([
      { create: 'a.ts', lines: ['a'] },
      { change: 'b.ts', parts: [{ before: ['a', 'b'], after: ['a', 'c'] }] },
      { run: 'd', prints: ['e'] },
      { run: 'f' },
    ]);
  });

  test('has no other block', () => {
    expect(() => stepsOf(page('Look:', '```ts', 'a', '```'))).toThrow('docs/guide/x.md:4: nothing says');
  });

  test.each([
    ['a\nc\n', 0],
    ['a\nb\na\nb\n', 2],
  ])('changes only lines that occur once, not those of %j', (text, times) => {
    expect(() => changed(text, [{ before: ['a', 'b'], after: [] }])).toThrow(`occur ${times} times`);
  });
});
