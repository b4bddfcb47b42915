import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isListening } from './emulators/free-port.ts';
import type { Endpoints } from './emulators/index.ts';
import { earlierHopsPath } from './hop-file.ts';
import { defaultHttpPort, httpPort } from './ports.ts';
import { isSameProcess } from './process-lock.mjs';

/** What a second process needs to know of a local run: `sls invoke local`, the demo, operations, tests. */
export interface Run {
  pid: number;
  /** When that process started, as the platform tells it: its id alone may be another's by now. */
  processStart?: string;
  startedAt: string;
  stage: string;
  httpUrl: string;
  lambdaUrl: string;
  emulators: Endpoints;
  tables: Record<string, { name: string; arn: string; streamArn?: string }>;
  topics: Record<string, { name: string; arn: string }>;
  queues: Record<string, { name: string; arn: string; url: string }>;
  /** JSON lines: what the functions have logged of each hop of an event since the start. */
  hopsFile: string;
  /** By the function's name in serverless.yml. */
  functions: Record<string, { name: string; environment: Record<string, string> }>;
}

/** One file for each HTTP port, so that runs on other ports do not meet: `.local/run.json`, `.local/run-3100.json`. */
export function runFilePath(serviceDir: string, port = httpPort()): string {
  return join(serviceDir, '.local', port === defaultHttpPort ? 'run.json' : `run-${port}.json`);
}

/** The run that goes on now, if there is one. A file that a killed run left behind does not count. */
export async function readRun(serviceDir: string, port = httpPort()): Promise<Run | undefined> {
  const run = readFile(runFilePath(serviceDir, port));
  if (!run) return undefined;
  return isSameProcess(run.pid, run.processStart) && (await isListening(Number(new URL(run.lambdaUrl).port)))
    ? run
    : undefined;
}

/**
 * The run that a command in this folder is for: the one on HTTP_PORT or 3000; where that variable is not set and nothing
 * runs on 3000, the only one there is.
 */
export async function findRun(serviceDir: string): Promise<Run | undefined> {
  const usual = await readRun(serviceDir);
  if (usual || process.env.HTTP_PORT) return usual;
  const running = await Promise.all(portsOf(serviceDir).map((port) => readRun(serviceDir, port)));
  const [only, ...others] = running.filter((run) => run !== undefined);
  return others.length === 0 ? only : undefined;
}

export function writeRun(serviceDir: string, port: number, run: Run): void {
  const path = runFilePath(serviceDir, port);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(run, null, 2)}\n`);
}

/** The functions' bundles of the run on that port. Relative to the service's folder. */
export const buildFolder = (port = httpPort()): string => `.local/build-${port}`;

/** Removes what this process's run has left, and no other's. */
export function removeRun(serviceDir: string, port: number): void {
  if (readFile(runFilePath(serviceDir, port))?.pid === process.pid) removeTraces(serviceDir, port);
}

/** Removes what runs have left that were killed. */
export function sweepKilledRuns(serviceDir: string): void {
  for (const port of portsOf(serviceDir)) {
    const run = readFile(runFilePath(serviceDir, port));
    if (run && !isSameProcess(run.pid, run.processStart)) removeTraces(serviceDir, port);
  }
}

/** Of every run that has a file, whether it still goes on or not. */
function portsOf(serviceDir: string): number[] {
  const folder = join(serviceDir, '.local');
  return (existsSync(folder) ? readdirSync(folder) : []).flatMap((name) => {
    const [match, port = defaultHttpPort] = /^run(?:-(\d+))?\.json$/.exec(name) ?? [];
    return match ? [Number(port)] : [];
  });
}

function removeTraces(serviceDir: string, port: number): void {
  const path = runFilePath(serviceDir, port);
  const hops = hopsPath(path);
  for (const trace of [path, hops, earlierHopsPath(hops), join(serviceDir, buildFolder(port))]) {
    rmSync(trace, { recursive: true, force: true });
  }
}

/** Where a run's hops are kept, next to its run file. */
export const hopsPath = (runFile: string): string => runFile.replace(/json$/, 'hops.jsonl');

function readFile(path: string): Run | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Run;
  } catch {
    return undefined;
  }
}
