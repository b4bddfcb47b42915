import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { contractAt, contractOfMain, taggedVersion } from '#resources/compatibility/baselines.ts';
import { DOCUMENTS } from '#resources/compatibility/contract.ts';
import { contract } from './documents.ts';

let folder: string;
let project: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baselines-'));
  project = join(folder, 'project');
  mkdirSync(project);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], {
    cwd: project,
    stdio: 'pipe',
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
  });

/** Writes the documents of a version, without a commit. */
function write(version: string): void {
  const { openApi, asyncApi } = contract({}, ({ openApi }) => {
    openApi.info = { title: 'Counters', version };
  });
  for (const [file, document] of [
    [DOCUMENTS.openApi, openApi],
    [DOCUMENTS.asyncApi, asyncApi],
  ] as const) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), JSON.stringify(document));
  }
}

function commit(version: string): void {
  write(version);
  git('add', '.');
  git('commit', '--quiet', '--message', version);
}

const start = () => git('init', '--quiet', '--initial-branch', 'main');
const versionOfMain = async () => (await contractOfMain(project)).contract?.version;
const whyNot = async () => (await contractOfMain(project)).why;

describe('The contract of main is', () => {
  test('on a branch the one of the commit where it began, whatever main has got since', async () => {
    start();
    commit('1.0.0');
    git('switch', '--quiet', '--create', 'work');
    commit('1.1.0');
    git('switch', '--quiet', 'main');
    commit('1.2.0');
    git('switch', '--quiet', 'work');
    expect(await versionOfMain()).toBe('1.0.0');
  });

  test('on main the one of the commit before; with a change that is not committed, of the last commit', async () => {
    start();
    commit('1.0.0');
    commit('1.1.0');
    expect(await versionOfMain()).toBe('1.0.0');
    write('1.2.0');
    expect(await versionOfMain()).toBe('1.1.0');
  });

  test('after a merge into main the one of main before', async () => {
    start();
    commit('1.0.0');
    git('switch', '--quiet', '--create', 'work');
    commit('1.1.0');
    commit('1.2.0');
    git('switch', '--quiet', 'main');
    git('merge', '--quiet', '--no-ff', '--message', 'merge', 'work');
    expect(await versionOfMain()).toBe('1.0.0');
  });
});

describe('Main is not compared with', () => {
  test('in an archive without Git, nor in one that lies in another repository', async () => {
    write('1.0.0');
    expect(await whyNot()).toMatch(/no work tree of Git/);
    execFileSync('git', ['init', '--quiet'], { cwd: folder });
    expect(await whyNot()).toMatch(/no work tree of Git/);
  });

  test('in the first commit of main', async () => {
    start();
    commit('1.0.0');
    expect(await whyNot()).toMatch(/no commit before/);
  });

  test('in a shallow clone of a branch', async () => {
    start();
    commit('1.0.0');
    git('switch', '--quiet', '--create', 'work');
    commit('1.1.0');
    const source = `file://${project}`;
    project = join(folder, 'clone');
    execFileSync('git', ['clone', '--quiet', '--depth', '1', '--branch', 'work', source, project], {
      stdio: 'pipe',
    });
    expect(await whyNot()).toMatch(/no branch main/);
  });

  test('where main had no documents, or documents of another form', async () => {
    start();
    git('commit', '--quiet', '--allow-empty', '--message', 'empty');
    commit('1.0.0');
    expect(await whyNot()).toMatch(/it has no shared\/api\/asyncapi\.json/);
    writeFileSync(join(project, DOCUMENTS.asyncApi), '{}');
    git('commit', '--quiet', '--all', '--message', 'other');
    expect((await contractAt('HEAD', 'main', project)).why).toMatch(/documents have another form/);
  });
});

test('the last release is the newest tag of a version that HEAD contains', async () => {
  start();
  commit('1.0.0');
  expect(await taggedVersion(project)).toBeUndefined();
  git('tag', 'v1.0.0');
  commit('1.1.0');
  git('tag', 'nightly');
  expect(await taggedVersion(project)).toBe('1.0.0');
});
