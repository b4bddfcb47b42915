import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { claimDataDir } from '#resources/local/data-dir.ts';
import { freePort } from '#resources/local/emulators/free-port.ts';
import { assertPortsAreFree, httpPort, lambdaPort } from '#resources/local/ports.ts';
import { isAlive, startOf } from '#resources/local/process-lock.mjs';
import { eventually } from '#tests/support/eventually.ts';

// tests/local/refused-start.test.ts shows that `npm start` says these lines, and starts nothing.

const { HTTP_PORT, LAMBDA_PORT } = process.env;
afterEach(() => {
  Object.assign(process.env, { HTTP_PORT: HTTP_PORT ?? '', LAMBDA_PORT: LAMBDA_PORT ?? '' });
});

describe('a port', () => {
  test.each(['abc', '0', '65536', '-1', '3000.5', '3e3', ' 3000'])('is none: %j', (port) => {
    Object.assign(process.env, { HTTP_PORT: port, LAMBDA_PORT: port });
    const why = `must be a port, a whole number from 1 to 65535, not "${port}".`;
    expect(httpPort).toThrow(`HTTP_PORT ${why}`);
    expect(lambdaPort).toThrow(`LAMBDA_PORT ${why}`);
  });

  test.each([
    ['', 3000, 3002],
    ['1', 1, 1],
    ['65535', 65_535, 65_535],
  ])('is one: %j', (port, http, lambda) => {
    Object.assign(process.env, { HTTP_PORT: port, LAMBDA_PORT: port });
    expect([httpPort(), lambdaPort()]).toEqual([http, lambda]);
  });

  test('is not for both', async () => {
    const port = await freePort();
    await expect(assertPortsAreFree(port, port)).rejects.toThrow(
      `HTTP_PORT and LAMBDA_PORT are both ${port}. Set one of them to another port.`,
    );
  });

  test('is in use, and which variable says so', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await eventually(() => server.listening);
    const { port } = server.address() as { port: number };
    const free = await freePort();
    const why = `Port ${port} is in use. Stop what listens there, or set`;
    await expect(assertPortsAreFree(port, free)).rejects.toThrow(`${why} HTTP_PORT to another port.`);
    await expect(assertPortsAreFree(free, port)).rejects.toThrow(`${why} LAMBDA_PORT to another port.`);
    server.close();
  });
});

describe('a data directory', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'refused-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test.each(['file', 'file/below', 'file/far/below'])('is a file, or is in one: %s', (name) => {
    writeFileSync(join(folder, 'file'), '');
    const path = join(folder, name);
    expect(() => claimDataDir(path)).toThrow(
      `LOCAL_DATA_DIR: ${path} is a file, or is in one, where a folder is needed.`,
    );
  });

  test('is in use by another process', () => {
    const pid = process.ppid;
    expect(isAlive(pid)).toBe(true);
    const path = join(folder, 'owner.pid');
    writeFileSync(path, JSON.stringify({ pid, start: startOf(pid) }));
    expect(() => claimDataDir(folder)).toThrow(`is in use by process ${pid} (see ${path}).`);
  });

  test('is free again once it has been given back', () => {
    const giveBack = claimDataDir(folder);
    giveBack();
    expect(claimDataDir(folder)).toEqual(expect.any(Function));
  });
});
