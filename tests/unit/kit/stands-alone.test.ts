import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '../../..');
const run = promisify(execFile);

/** A folder that holds the kit and nothing else of ours: no domain, no API, no read model, no application. */
let alone: string;
beforeAll(async () => {
  alone = await mkdtemp(join(tmpdir(), 'kit-'));
  await cp(join(ROOT, 'shared/kit'), join(alone, 'shared/kit'), { recursive: true });
  for (const file of ['package.json', 'tsconfig.json']) await cp(join(ROOT, file), join(alone, file));
  await symlink(join(ROOT, 'node_modules'), join(alone, 'node_modules'), 'dir');
});
afterAll(() => rm(alone, { recursive: true, force: true }));

const compile = () =>
  run(process.execPath, [
    join(alone, 'node_modules/typescript/bin/tsc'),
    '-p',
    alone,
    '--incremental',
    'false',
  ])
    .then(({ stdout }) => stdout)
    .catch(({ stdout }: { stdout: string }) => stdout);

test('The kit compiles without a domain', async () => {
  expect(await compile()).toBe('');
}, 60_000);

test('What the kit would import of a domain does not', async () => {
  await writeFile(join(alone, 'shared/kit/wrong.ts'), "import '#domain/index.ts';\n");
  expect(await compile()).toMatch(/wrong\.ts.*#domain\/index\.ts/);
}, 60_000);
