import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isListening } from './emulators/free-port.ts';
import type { Endpoints } from './emulators/index.ts';

/** What a second process needs to know of a local run: `sls invoke local`, the demo, operations, tests. */
export interface Run {
  pid: number;
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

export const defaultHttpPort = 3000;

/** The port of the local API: HTTP_PORT, or 3000. */
export const httpPort = (): number => Number(process.env.HTTP_PORT || defaultHttpPort);

/** The port of serverless-offline's Lambda endpoint: LAMBDA_PORT, or 3002. */
export const lambdaPort = (): number => Number(process.env.LAMBDA_PORT || 3002);

/** One file for each HTTP port, so that runs on other ports do not meet: `.local/run.json`, `.local/run-3100.json`. */
export function runFilePath(serviceDir: string, port = httpPort()): string {
  return join(serviceDir, '.local', port === defaultHttpPort ? 'run.json' : `run-${port}.json`);
}

/** The run that goes on now, if there is one. A file that a killed run left behind does not count. */
export async function readRun(serviceDir: string, port = httpPort()): Promise<Run | undefined> {
  const run = readFile(runFilePath(serviceDir, port));
  if (!run) return undefined;
  return isAlive(run.pid) && (await isListening(Number(new URL(run.lambdaUrl).port))) ? run : undefined;
}

export function writeRun(serviceDir: string, port: number, run: Run): void {
  const path = runFilePath(serviceDir, port);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(run, null, 2)}\n`);
}

/** Removes the file of this process's run, and no other's. */
export function removeRun(serviceDir: string, port: number): void {
  const path = runFilePath(serviceDir, port);
  if (readFile(path)?.pid === process.pid) rmSync(path, { force: true });
}

function readFile(path: string): Run | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Run;
  } catch {
    return undefined;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
