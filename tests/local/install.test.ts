import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { startOf } from '#resources/local/process-lock.mjs';
import { node, root } from '#tests/support/scripts.ts';

const base = mkdtempSync(join(tmpdir(), 'install-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const locked = {
  '': { name: 'orderstream' },
  'node_modules/left': { version: '1.0.0' },
  'node_modules/left/node_modules/right': { version: '2.0.0' },
  'node_modules/other-platform': { version: '1.0.0', optional: true },
};
const { '': _, 'node_modules/other-platform': __, ...installed } = locked;

let projects = 0;

/** A folder with a lock file, and an npm that only writes down how it was called. */
function project(packages: object | undefined): { folder: string; npm: string; calls: () => string[] } {
  const folder = join(base, `project-${++projects}`);
  mkdirSync(join(folder, 'resources/local'), { recursive: true });
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
  for (const file of ['install.mjs', 'process-lock.mjs']) {
    cpSync(join(root, 'resources/local', file), join(folder, 'resources/local', file));
  }
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: locked }));
  writeFileSync(join(folder, 'node_modules/.bin/node'), '');
  if (packages) writeFileSync(join(folder, 'node_modules/.package-lock.json'), JSON.stringify({ packages }));
  const npm = join(folder, 'npm.js');
  const log = join(folder, 'calls.txt');
  writeFileSync(
    npm,
    `require('fs').appendFileSync(${JSON.stringify(log)}, process.argv.slice(2).join(' ') + '\\n');`,
  );
  chmodSync(npm, 0o755);
  return {
    folder,
    npm,
    calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
  };
}

const install = ({ folder, npm }: ReturnType<typeof project>, env: Record<string, string> = {}) =>
  node(['resources/local/install.mjs'], { cwd: folder, env: { npm_execpath: npm, ...env } });

/** Leaves a lock as an installation holds it. */
function lock(folder: string, owner: object): string {
  const path = join(folder, '.local/install.pid');
  mkdirSync(join(folder, '.local'));
  writeFileSync(path, JSON.stringify(owner));
  return path;
}

describe('what runs before npm start and npm test', () => {
  test('does nothing where everything is installed, but what is for another platform', async () => {
    const everything = project(installed);
    expect(await install(everything)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(everything.calls()).toEqual([]);
  });

  test.each<[string, object | undefined]>([
    ['nothing is', undefined],
    ['a package is missing', { 'node_modules/left': { version: '1.0.0' } }],
    ['a package is of another version', { ...installed, 'node_modules/left': { version: '0.9.0' } }],
  ])('installs what the lock file says where %s installed', async (_case, packages) => {
    const some = project(packages);
    const { code, stderr } = await install(some);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Installing packages \(.+\) …\n/);
    expect(some.calls()).toEqual(['ci --include=dev --no-fund --no-audit --loglevel=error']);
  });

  test('does nothing the second time, whatever npm thought right to leave out', async () => {
    const some = project({ 'node_modules/left': { version: '1.0.0' } });
    await install(some);
    expect(await install(some)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(some.calls()).toHaveLength(1);
    writeFileSync(
      join(some.folder, 'package-lock.json'),
      JSON.stringify({ packages: locked, changed: true }),
    );
    await install(some);
    expect(some.calls()).toHaveLength(2);
  });

  test('fails with npm, and says so', async () => {
    const broken = project(undefined);
    writeFileSync(broken.npm, 'process.exit(7)');
    const { code, stderr } = await install(broken);
    expect(code).toBe(7);
    expect(stderr).toContain('could not be installed');
  });

  test('installs once when two begin together: the second waits, and finds everything there', async () => {
    const both = project(undefined);
    const hidden = join(both.folder, 'node_modules/.package-lock.json');
    const slowly = `setTimeout(() => require('fs').writeFileSync(${JSON.stringify(hidden)}, process.env.INSTALLED), 300);`;
    writeFileSync(both.npm, `${readFileSync(both.npm, 'utf8')}\n${slowly}`);
    const env = { npm_execpath: both.npm, INSTALLED: JSON.stringify({ packages: installed }) };
    const outcomes = await Promise.all(
      [1, 2].map(() => node(['resources/local/install.mjs'], { cwd: both.folder, env })),
    );
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
    expect(both.calls()).toHaveLength(1);
  });

  test('is not held up by an installation that was killed', async () => {
    const some = project(undefined);
    const { pid } = spawnSync(process.execPath, ['--version']);
    lock(some.folder, { pid, start: 'long ago' });
    expect((await install(some)).code).toBe(0);
    expect(some.calls()).toHaveLength(1);
  });

  test('is not held up by another process that has got the id of a killed one', async () => {
    const some = project(undefined);
    lock(some.folder, { pid: process.pid, start: 'long ago' });
    expect((await install(some)).code).toBe(0);
    expect(some.calls()).toHaveLength(1);
  });

  test('waits for another installation with a limit, and names the process and the file', async () => {
    const some = project(undefined);
    const path = lock(some.folder, { pid: process.pid, start: startOf(process.pid) });
    const { code, stderr } = await install(some, { INSTALL_WAIT_SECONDS: '1' });
    expect(code).toBe(1);
    expect(stderr).toContain(
      `Waited in vain for process ${process.pid}, which installs the packages (${path})`,
    );
    expect(some.calls()).toEqual([]);
    expect(existsSync(path)).toBe(true);
  });

  test('says when it is no complete checkout', async () => {
    const incomplete = project(installed);
    rmSync(join(incomplete.folder, 'package-lock.json'));
    const { code, stderr } = await install(incomplete);
    expect(code).toBe(1);
    expect(stderr).toContain('package-lock.json is missing');
  });

  test('says when this Node is too old', async () => {
    const any = project(installed);
    const old = join(any.folder, 'old.cjs');
    writeFileSync(old, "Object.defineProperty(process.versions, 'node', { value: '18.20.0' });");
    const { code, stderr } = await node(['--require', old, 'resources/local/install.mjs'], {
      cwd: any.folder,
    });
    expect(code).toBe(1);
    expect(stderr).toContain('needs Node 20 or newer');
  });
});
