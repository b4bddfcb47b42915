/**
 * Locks that one process holds at a time, as files. Plain JavaScript with Node's own modules only: install.mjs uses them
 * before anything is installed.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A lock file is created first and written then; one that stays empty for longer was never finished. */
const longestUnwrittenMs = 2_000;

/**
 * When the process started: with its id this is what tells it from any other, since ids are used again.
 * Undefined where there is no such process, or where the platform does not tell.
 * @param {number} pid
 * @returns {string | undefined}
 */
export function startOf(pid) {
  try {
    // After the name, which may contain anything, comes the state; the start is the 20th field from there.
    if (process.platform === 'linux')
      return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19];
    if (process.platform === 'win32') return undefined;
    const options = { encoding: /** @type {const} */ ('utf8'), stdio: /** @type {const} */ ('pipe') };
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], options).trim() || undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {number} pid
 * @returns {boolean}
 */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/**
 * Whether the process goes on that had this id and, where it is known, this start.
 * @param {number} pid
 * @param {string} [start]
 * @returns {boolean}
 */
export function isSameProcess(pid, start) {
  return isAlive(pid) && (start === undefined || startOf(pid) === start);
}

/**
 * Takes the lock for this process, unless another one that still goes on has it. A lock is removed and taken where its
 * process has ended, where another process has got its id, and where it does not say whose it is.
 * @param {string} path
 * @returns {number | undefined} the process that has it; undefined: this one
 */
export function takeLock(path) {
  mkdirSync(dirname(path), { recursive: true });
  const content = JSON.stringify({ pid: process.pid, start: startOf(process.pid) });
  for (;;) {
    try {
      writeFileSync(path, content, { flag: 'wx' });
      return undefined;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = ownerOf(path);
    if (owner !== undefined) return owner === process.pid ? undefined : owner;
    removeIfStale(path);
  }
}

/**
 * Removes the lock if it is this process's.
 * @param {string} path
 */
export function releaseLock(path) {
  if (ownerOf(path) === process.pid) rmSync(path, { force: true });
}

/**
 * One process at a time looks and removes: else the second would remove the lock that the first has taken meanwhile.
 * @param {string} path
 */
function removeIfStale(path) {
  const guard = `${path}.removing`;
  try {
    writeFileSync(guard, '', { flag: 'wx' });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (isYoung(guard)) wait();
    else rmSync(guard, { force: true });
    return;
  }
  try {
    if (ownerOf(path) === undefined) rmSync(path, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

/**
 * The process that has the lock and still goes on.
 * @param {string} path
 */
function ownerOf(path) {
  const owner = readOwner(path);
  return owner && isSameProcess(owner.pid, owner.start) ? owner.pid : undefined;
}

/**
 * @param {string} path
 * @returns {{ pid: number, start?: string } | undefined}
 */
function readOwner(path) {
  for (;;) {
    try {
      const { pid, start } = JSON.parse(readFileSync(path, 'utf8'));
      return Number.isInteger(pid) && (typeof start === 'string' || process.platform === 'win32')
        ? { pid, start }
        : undefined;
    } catch (error) {
      const isBeingWritten = statSync(path, { throwIfNoEntry: false })?.size === 0 && isYoung(path);
      if (error.code === 'ENOENT' || !isBeingWritten) return undefined;
      wait();
    }
  }
}

/** @param {string} path */
function isYoung(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs < longestUnwrittenMs;
}

const wait = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
