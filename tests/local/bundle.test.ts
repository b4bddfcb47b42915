import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { bundleFunctions } from '#resources/local/bundle.ts';
import { eventually } from '#tests/support/eventually.ts';
import { node } from '#tests/support/scripts.ts';

let serviceDir: string;
const write = (path: string, text: string) => writeFileSync(join(serviceDir, path), text);

beforeEach(() => {
  serviceDir = mkdtempSync(join(tmpdir(), 'bundle-'));
  for (const folder of ['functions/a', 'functions/b', 'shared'])
    mkdirSync(join(serviceDir, folder), { recursive: true });
  write('shared/name.ts', "export const name: string = 'first';");
  for (const id of ['a', 'b']) {
    write(
      `functions/${id}/handler.ts`,
      `import { name } from '../../shared/name.ts'; export const handler = () => '${id} ' + name;`,
    );
  }
});
afterEach(() => rmSync(serviceDir, { recursive: true, force: true }));

/** What the built function answers, in a process of its own: this one has no way to forget a module. */
async function answerOf(id: string): Promise<string> {
  const module = JSON.stringify(join(serviceDir, `built/functions/${id}/handler.mjs`));
  const { stdout, stderr } = await node([
    '-e',
    `import(${module}).then(({ handler }) => console.log(handler()))`,
  ]);
  return stdout.trim() || stderr;
}

describe('bundleFunctions', () => {
  const modules = ['functions/a/handler', 'functions/b/handler'];

  test('builds every function, and again when a source changes; what does not build leaves the old code', async () => {
    mkdirSync(join(serviceDir, 'built'));
    write('built/left-over.mjs', '');
    const rebuilt: number[] = [];
    const broken: string[] = [];
    const bundles = await bundleFunctions({
      serviceDir,
      folder: 'built',
      modules,
      onRebuilt: () => rebuilt.push(Date.now()),
      onBroken: (messages) => broken.push(messages),
    });
    try {
      expect(existsSync(join(serviceDir, 'built/left-over.mjs'))).toBe(false);
      expect(await answerOf('a')).toBe('a first');
      write('shared/name.ts', "export const name: string = 'second';");
      await eventually(() => rebuilt.length === 1);
      expect([await answerOf('a'), await answerOf('b')]).toEqual(['a second', 'b second']);

      write('shared/name.ts', 'export const name: string = ;');
      await eventually(() => broken.length === 1);
      expect(broken[0]).toMatch(/^shared\/name\.ts:1: Unexpected ";"/);
      expect(await answerOf('a')).toBe('a second');

      write('shared/name.ts', "export const name: string = 'third';");
      await eventually(() => rebuilt.length === 2);
      expect(await answerOf('b')).toBe('b third');
    } finally {
      await bundles.stop();
    }
  });

  test('rejects when the functions do not build at all', async () => {
    write('functions/a/handler.ts', "import './missing.ts';");
    const options = { serviceDir, folder: 'built', modules, onRebuilt: () => {}, onBroken: () => {} };
    await expect(bundleFunctions(options)).rejects.toThrow(/functions\/a\/handler\.ts:1:.*missing\.ts/);
  });
});
