import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { bundleFunctions } from '#resources/local/bundle.ts';
import { eventually } from '#tests/support/eventually.ts';
import { node } from '#tests/support/scripts.ts';

let serviceDir: string;
let stop: (() => Promise<void>) | undefined;
const write = (path: string, text: string) => writeFileSync(join(serviceDir, path), text);

beforeEach(() => {
  serviceDir = mkdtempSync(join(tmpdir(), 'bundle-'));
  for (const folder of ['functions/a', 'functions/b', 'shared', 'resources/stack'])
    mkdirSync(join(serviceDir, folder), { recursive: true });
  write('shared/name.ts', "export const name: string = 'first';");
  for (const id of ['a', 'b']) {
    write(
      `functions/${id}/handler.ts`,
      `import { name } from '../../shared/name.ts'; export const handler = () => '${id} ' + name;`,
    );
  }
});
afterEach(async () => {
  await stop?.();
  stop = undefined;
  rmSync(serviceDir, { recursive: true, force: true });
});

/** What the built function answers, in a process of its own: this one has no way to forget a module. */
async function answerOf(id: string): Promise<string> {
  const module = JSON.stringify(join(serviceDir, `built/functions/${id}/handler.mjs`));
  const { stdout, stderr } = await node([
    '-e',
    `import(${module}).then(({ handler }) => console.log(handler()))`,
  ]);
  return stdout.trim() || stderr;
}

const modules = ['functions/a/handler', 'functions/b/handler'];

/** Builds into `built`, and notes what is reported. */
async function build() {
  const rebuilt: number[] = [];
  const broken: string[] = [];
  const configured: string[] = [];
  const bundles = await bundleFunctions({
    serviceDir,
    folder: 'built',
    modules,
    onRebuilt: () => rebuilt.push(Date.now()),
    onBroken: (messages) => broken.push(messages),
    onConfigurationChanged: (files) => configured.push(...files),
    onUnwatched: (message) => broken.push(message),
  });
  stop = bundles.stop;
  return { rebuilt, broken, configured };
}

const source = (name: string) => `export const name: string = '${name}';`;
const seen = (name: string) => eventually(async () => (await answerOf('a')) === `a ${name}`, { everyMs: 50 });

describe('bundleFunctions', () => {
  test('builds every function, and again when a source changes; what does not build leaves the old code', async () => {
    mkdirSync(join(serviceDir, 'built'));
    write('built/left-over.mjs', '');
    const { rebuilt, broken } = await build();
    expect(existsSync(join(serviceDir, 'built/left-over.mjs'))).toBe(false);
    expect(await answerOf('a')).toBe('a first');
    write('shared/name.ts', source('second'));
    await eventually(() => rebuilt.length === 1);
    expect([await answerOf('a'), await answerOf('b')]).toEqual(['a second', 'b second']);

    write('shared/name.ts', 'export const name: string = ;');
    await eventually(() => broken.length === 1);
    expect(broken[0]).toMatch(/^shared\/name\.ts:1: Unexpected ";"/);
    expect(await answerOf('a')).toBe('a second');

    write('shared/name.ts', source('third'));
    await eventually(() => rebuilt.length === 2);
    expect(await answerOf('b')).toBe('b third');
  });

  test('rejects when the functions do not build at all', async () => {
    write('functions/a/handler.ts', "import './missing.ts';");
    await expect(build()).rejects.toThrow(/functions\/a\/handler\.ts:1:.*missing\.ts/);
  });

  const path = () => join(serviceDir, 'shared/name.ts');
  test.each<[string, (text: string) => void]>([
    ['writes the file', (text) => writeFileSync(path(), text)],
    [
      'writes another file and renames it (JetBrains, prettier)',
      (text) => {
        writeFileSync(`${path()}~`, text);
        renameSync(`${path()}~`, path());
      },
    ],
    [
      'renames the old file away first (vim)',
      (text) => {
        renameSync(path(), `${path()}~`);
        writeFileSync(path(), text);
        rmSync(`${path()}~`);
      },
    ],
    [
      'removes the file and writes it anew (git)',
      (text) => {
        rmSync(path());
        writeFileSync(path(), text);
      },
    ],
    ['edits it in place (sed -i)', (text) => void execFileSync('sed', ['-i.bak', `s/^.*$/${text}/`, path()])],
  ])('sees every save of an editor that %s', async (_, save) => {
    await build();
    for (const name of ['one', 'two', 'three', 'four']) {
      save(source(name));
      await seen(name);
    }
  });

  test('sees files in folders that are new, and files that leave', async () => {
    const { broken } = await build();
    mkdirSync(join(serviceDir, 'shared/new/deep'), { recursive: true });
    write('shared/new/deep/name.ts', source('deep'));
    write('shared/name.ts', "export { name } from './new/deep/name.ts';");
    await seen('deep');
    write('shared/new/deep/name.ts', source('deeper'));
    await seen('deeper');
    rmSync(join(serviceDir, 'shared/new'), { recursive: true });
    await eventually(() => broken.some((message) => message.includes('./new/deep/name.ts')));
  });

  test('sees JSON that is bundled', async () => {
    write('shared/document.json', '{"name": "first"}');
    write('shared/name.ts', "import document from './document.json'; export const name = document.name;");
    await build();
    write('shared/document.json', '{"name": "generated"}');
    await seen('generated');
  });

  test.each([
    'serverless.yml',
    'package-lock.json',
    'functions/a/function.yml',
    'functions/new/consumer.yml',
    'resources/stages.yml',
    'resources/stack/tables.ts',
  ])('reports that %s has changed, and builds nothing', async (file) => {
    const { configured, rebuilt } = await build();
    mkdirSync(join(serviceDir, file, '..'), { recursive: true });
    write(file, 'changed: true');
    await eventually(() => configured.includes(file));
    expect(rebuilt).toEqual([]);
  });
});
