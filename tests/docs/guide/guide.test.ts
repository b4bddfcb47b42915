import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from '#tests/docs/documents.ts';
import { Copy } from './copy.ts';
import { changed, pages, type Step, stepsOf } from './steps.ts';

/** Left for the end, when they run once for all pages; until then only the types are checked. */
const ONCE = /^npm (run (check|contract)$|test -- )/;

const TESTS = /^npm test -- /;

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
  if (ONCE.test(step.run) || OPERATION.test(step.run)) return;
  if (!step.prints) return succeed(step.run);
  const { stdout } = await copy.run(step.run);
  expect(withoutNpm(stdout)).toEqual(step.prints);
}

async function succeed(command: string): Promise<void> {
  const { code, stdout, stderr } = await copy.run(command);
  expect({ command, code, output: code === 0 ? '' : stdout + stderr }).toEqual({
    command,
    code: 0,
    output: '',
  });
}

/** Without the lines in which npm says what it runs. */
const withoutNpm = (output: string): string[] =>
  output.split('\n').filter((line) => line !== '' && !line.startsWith('> '));

describe('Somebody who follows the tutorial by the letter', () => {
  test.each(pages.map((page) => [page.path, page] as const))(
    'can do what %s says, and sees what it shows',
    async (_, page) => {
      for (const step of stepsOf(page)) await follow(step);
      await succeed('npx tsc -p .');
    },
    240_000,
  );

  test('can generate and check the whole, and has tests that pass, on the emulators, for all that was added', async () => {
    for (const { path, lines } of pages) {
      expect({ path, lines }).toEqual({ path, lines: expect.arrayContaining(['npm run check']) });
    }
    const commands = pages.flatMap(stepsOf).flatMap((step) => ('run' in step ? [step.run] : []));
    const files = commands
      .filter((command) => TESTS.test(command))
      .flatMap((command) => command.replace(TESTS, '').split(' '));
    expect(files.length).toBeGreaterThan(pages.length);
    await succeed('npm run contract');
    await succeed('npm run check');
    await succeed(`npm test -- ${[...new Set(files)].join(' ')}`);
  }, 400_000);

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
