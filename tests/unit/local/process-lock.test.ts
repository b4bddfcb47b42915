import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isSameProcess, releaseLock, startOf, takeLock } from '#resources/local/process-lock.mjs';
import { node, root } from '#tests/support/scripts.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
  path = join(folder, 'below/some.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const module = JSON.stringify(pathToFileURL(join(root, 'resources/local/process-lock.mjs')).href);

/** A process that takes the lock, says so, and goes on until it is ended. */
async function holder() {
  const program = `const { takeLock } = await import(${module});
    console.log(takeLock(${JSON.stringify(path)}) ?? 'taken');
    setInterval(() => {}, 60_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const [said] = await once(child.stdout, 'data');
  return {
    said: String(said).trim(),
    pid: Number(child.pid),
    async end() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

describe('a lock', () => {
  test('is of one process at a time, and names the one that has it', async () => {
    const other = await holder();
    expect(other.said).toBe('taken');
    expect(takeLock(path)).toBe(other.pid);
    releaseLock(path);
    expect(existsSync(path)).toBe(true);
    await other.end();
    expect(takeLock(path)).toBeUndefined();
    expect(takeLock(path)).toBeUndefined();
    releaseLock(path);
    expect(existsSync(path)).toBe(false);
  });

  test('of a process whose id another one has by now is taken', async () => {
    const other = await holder();
    await other.end();
    const left = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...left, pid: process.ppid }));
    expect(takeLock(path)).toBeUndefined();
  });

  test.each([[''], ['nonsense'], ['{}'], [String(process.ppid)]])(
    'that does not say whose it is (%j) is taken',
    (content) => {
      takeLock(path);
      writeFileSync(path, content);
      expect(takeLock(path)).toBeUndefined();
    },
  );

  test('that a killed process has left is taken by one of many', async () => {
    const left = await holder();
    await left.end();
    // None of them ends, and so leaves the lock, before all have asked for it.
    const asked = JSON.stringify(join(folder, 'asked'));
    const program = `const { mkdirSync, readdirSync } = await import('node:fs');
      const { takeLock } = await import(${module});
      console.log(takeLock(${JSON.stringify(path)}) === undefined ? 'mine' : 'not mine');
      mkdirSync(${asked} + '/' + process.pid, { recursive: true });
      setInterval(() => readdirSync(${asked}).length === 6 && process.exit(), 20);`;
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, () => node(['--input-type=module', '-e', program])),
    );
    expect(outcomes.filter(({ stdout }) => stdout.trim() === 'mine')).toHaveLength(1);
  });
});

test('a process is told from a later one of the same id by its start', () => {
  expect(startOf(process.pid)).toMatch(/./);
  expect(startOf(2 ** 22)).toBeUndefined();
  expect(isSameProcess(process.pid, startOf(process.pid))).toBe(true);
  expect(isSameProcess(process.pid, 'long ago')).toBe(false);
  expect(isSameProcess(process.pid)).toBe(true);
});
