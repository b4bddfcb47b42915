import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startOf } from '#resources/local/process-lock.mjs';
import { findRun, type Run, runFilePath, sweepKilledRuns, writeRun } from '#resources/local/run-file.ts';

let folder: string;
let server: Server;
let lambdaUrl: string;
const httpPort = process.env.HTTP_PORT;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'orderstream-run-'));
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  lambdaUrl = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  delete process.env.HTTP_PORT;
});

afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
  if (httpPort === undefined) delete process.env.HTTP_PORT;
  else process.env.HTTP_PORT = httpPort;
});

const write = (port: number, parts: Partial<Run> = {}) =>
  writeRun(folder, port, { pid: process.pid, httpUrl: `on ${port}`, lambdaUrl, ...parts } as Run);

test('a command finds the run on the usual port, whatever else runs', async () => {
  write(3000);
  write(3100);
  expect(await findRun(folder)).toMatchObject({ httpUrl: 'on 3000' });
});

test('it finds the only run there is, on whatever port', async () => {
  write(3100);
  write(3200, { pid: 2 ** 22 });
  expect(await findRun(folder)).toMatchObject({ httpUrl: 'on 3100' });
});

test('it finds no run whose process id another process has by now', async () => {
  write(3100, { processStart: 'long ago' });
  expect(await findRun(folder)).toBeUndefined();
  sweepKilledRuns(folder);
  expect(existsSync(runFilePath(folder, 3100))).toBe(false);
  write(3100, { processStart: startOf(process.pid) ?? '' });
  expect(await findRun(folder)).toMatchObject({ httpUrl: 'on 3100' });
});

test('of several on other ports it takes the one that HTTP_PORT names, and none without', async () => {
  write(3100);
  write(3200);
  expect(await findRun(folder)).toBeUndefined();
  process.env.HTTP_PORT = '3200';
  expect(await findRun(folder)).toMatchObject({ httpUrl: 'on 3200' });
});

test('HTTP_PORT means that port and no other', async () => {
  write(3100);
  process.env.HTTP_PORT = '3200';
  expect(await findRun(folder)).toBeUndefined();
});

test('nothing runs where nothing was started', async () => {
  expect(await findRun(folder)).toBeUndefined();
});
