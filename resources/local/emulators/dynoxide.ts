import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { childEmulator } from './child-emulator.ts';
import type { Emulator } from './emulator.ts';
import { freePort, isListening } from './free-port.ts';

const startTimeoutMs = 10_000;

export interface DynoxideOptions {
  dataDir?: string;
  endpoint?: string;
  path?: string;
  resolve?: (file: string) => string | undefined;
}

/**
 * Starts dynoxide, or takes the DynamoDB at `endpoint` if one is given.
 * @param options.dataDir where tables and streams are kept (SQLite); in memory when absent
 * @param options.endpoint a DynamoDB that runs already (the variable DYNAMODB_ENDPOINT); it is never stopped
 * @param options.path where to look for a binary that is not installed as a package; default PATH
 * @param options.resolve finds a package's file; a test can hide the package
 * @throws Error that says what to install when there is no binary, or what dynoxide said when it fails
 */
export async function startDynoxide(options: DynoxideOptions = {}): Promise<Emulator> {
  if (options.endpoint) {
    await assertAnswers(options.endpoint);
    return { endpoint: options.endpoint, pid: undefined, stop: async () => {}, onExit: () => {} };
  }
  const binary = findDynoxide(options);
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const child = spawnTiedToUs(binary, serveArguments(port, options.dataDir));
    const failure = await untilListening(child, port);
    if (failure === undefined) return childEmulator(child, port);
    if (!failure.includes('already in use') || attempt === 5) {
      throw new Error(`dynoxide (the local DynamoDB) did not start: ${failure.trim()}`);
    }
  }
}

/** @throws Error in one line that names the variable */
async function assertAnswers(endpoint: string): Promise<void> {
  const isUrl = URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol);
  if (!isUrl)
    throw new Error(`DYNAMODB_ENDPOINT must be a URL such as http://127.0.0.1:8000, not "${endpoint}".`);
  try {
    await fetch(endpoint, { signal: AbortSignal.timeout(startTimeoutMs) });
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error };
    throw new Error(`Nothing answers at DYNAMODB_ENDPOINT, ${endpoint} (${cause?.message || message}).`);
  }
}

function serveArguments(port: number, dataDir: string | undefined): string[] {
  const args = ['serve', '--host', '127.0.0.1', '--port', String(port)];
  if (!dataDir) return args;
  mkdirSync(dataDir, { recursive: true });
  return [...args, '--db-path', join(dataDir, 'dynoxide.db')];
}

function findDynoxide({ path = process.env.PATH ?? '', resolve = resolvePackage }: DynoxideOptions): string {
  const packageName = `@dynoxide/${process.platform}-${process.arch}`;
  const file = process.platform === 'win32' ? 'dynoxide.exe' : 'dynoxide';
  const manifest = resolve(`${packageName}/package.json`);
  const folders = [...(manifest ? [dirname(manifest)] : []), ...path.split(delimiter)];
  const candidates = folders.filter(Boolean).map((folder) => join(folder, file));
  const found = candidates.find(isExecutable);
  if (found) return found;
  throw new Error(
    `No DynamoDB to run locally: the package ${packageName} is not installed and there is no "dynoxide" on the PATH. ` +
      'Install it with "cargo install dynoxide-rs" (https://rustup.rs installs cargo), or run any other DynamoDB ' +
      'emulator and set DYNAMODB_ENDPOINT to its URL.',
  );
}

/** Not every platform has a package. */
function resolvePackage(file: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(file);
  } catch {
    return undefined;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The binary knows nothing of us and would outlive a SIGKILL of ours. The shell leaves a watcher behind that
 * reads our end of a pipe, which closes however we end, and then becomes dynoxide itself (same process id).
 * A process group of its own keeps a terminal's Ctrl-C from ending it before we do.
 */
function spawnTiedToUs(binary: string, args: string[]): ChildProcess {
  if (process.platform === 'win32') return spawn(binary, args, { stdio: ['pipe', 'ignore', 'pipe'] });
  const script =
    'exec 3<&0; (cat <&3 >/dev/null 2>&1; kill $$ 2>/dev/null) 2>/dev/null & exec "$@" 3<&- </dev/null';
  return spawn('/bin/sh', ['-c', script, 'dynoxide', binary, ...args], {
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true,
  });
}

async function untilListening(child: ChildProcess, port: number): Promise<string | undefined> {
  let output = '';
  let ended: string | undefined;
  child.stderr?.on('data', (chunk) => {
    output += chunk;
  });
  child.once('error', (error) => {
    ended = error.message;
  });
  child.once('exit', (code, signal) => {
    ended ??= `ended with ${signal ?? code}`;
  });
  const deadline = Date.now() + startTimeoutMs;
  while (ended === undefined) {
    if (await isListening(port)) return undefined;
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      ended = `not ready after ${startTimeoutMs} ms`;
    }
    await pause(5);
  }
  return output || ended;
}
