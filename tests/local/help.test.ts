import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { node, root } from '#tests/support/scripts.ts';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** The scripts that are programs of this repository; the others are Serverless, jest, tsc and biome, and have their own help. */
const ours = Object.entries(scripts).flatMap(([name, command]) => {
  const [, program] = /^node ((?:resources|tests)\/\S+\.ts)$/.exec(command) ?? [];
  return program ? [{ name, program }] : [];
});

const written = () =>
  ['openapi', 'asyncapi'].map((name) => statSync(join(root, `shared/api/${name}.json`)).mtimeMs);

describe('every script', () => {
  test('of ours is known here', () => {
    const names = ours.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['token', 'demo', 'contract', 'fuzz', 'simulate', 'ops', 'smoke', 'rollback']),
    );
  });

  test.each(ours)('$name: --help prints how it is used, and does nothing', async ({ name, program }) => {
    const before = written();
    // tests/unit/cli/arguments.test.ts has every place where it may stand.
    const { code, stdout, stderr } = await node([program, '--nope', '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^npm run (-s )?${name}\\b`));
    expect(written()).toEqual(before);
  });

  test.each(ours)('$name: refuses a flag that it does not have, and names it', async ({ name, program }) => {
    const { code, stdout, stderr } = await node([program, ...(name === 'ops' ? ['audit'] : []), '--nope']);
    expect(code).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain('There is no --nope.');
    expect(stderr).toMatch(new RegExp(`^npm run (-s )?${name}\\b`, 'm'));
  });
});
