import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { freePort } from '#resources/local/emulators/free-port.ts';
import { startOf } from '#resources/local/process-lock.mjs';
import { buildFolder } from '#resources/local/run-file.ts';
import { eventually } from '#tests/support/eventually.ts';
import { root, run } from '#tests/support/scripts.ts';

const folder = mkdtempSync(join(tmpdir(), 'refused-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, content: string) => {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
};

/** Runs `npm start` on free ports, which is expected to refuse: its exit status and the line that says why. */
async function start(env: Record<string, string>) {
  const ports = { HTTP_PORT: String(await freePort()), LAMBDA_PORT: String(await freePort()) };
  const { code, stdout, stderr } = await run('npm', ['start'], { env: { ...ports, ...env } });
  expect(code).not.toBe(0);
  const said = `${stdout}${stderr}`;
  expect(said).not.toMatch(/^ +at /m);
  expect(existsSync(join(root, buildFolder(Number(ports.HTTP_PORT))))).toBe(false);
  return said;
}

/** Some seconds by itself; beside tests that compute it has a fraction of the machine. */
const refuses = 120_000;

// Every other thing that is refused, and each variable: tests/unit/local/refused.test.ts.

describe('npm start refuses, in one line that names the variable', () => {
  test(
    'a port that is none',
    async () => {
      const said = await start({ HTTP_PORT: '65536' });
      expect(said).toContain('HTTP_PORT must be a port, a whole number from 1 to 65535, not "65536".');
    },
    refuses,
  );

  test(
    'a port that something else has',
    async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await eventually(() => server.listening);
      const { port } = server.address() as { port: number };
      expect(await start({ HTTP_PORT: String(port) })).toMatch(
        new RegExp(`Port ${port} is in use\\. .*HTTP_PORT`),
      );
      server.close();
    },
    refuses,
  );

  test(
    'a data directory that is in a file',
    async () => {
      write('file', '');
      const said = await start({ LOCAL_DATA_DIR: join(folder, 'file/below') });
      expect(said).toMatch(/LOCAL_DATA_DIR: .*file.* is a file, or is in one, where a folder is needed\./);
    },
    refuses,
  );

  test(
    'a data directory that another run has',
    async () => {
      const path = write(
        'taken/owner.pid',
        JSON.stringify({ pid: process.pid, start: startOf(process.pid) }),
      );
      const said = await start({ LOCAL_DATA_DIR: join(folder, 'taken') });
      expect(said).toContain(`is in use by process ${process.pid} (see ${path}).`);
      expect(said).toContain('LOCAL_DATA_DIR');
    },
    refuses,
  );

  test.each([
    ['nonsense', 'must be a URL'],
    ['http://127.0.0.1:1', 'Nothing answers at DYNAMODB_ENDPOINT'],
  ])(
    'a DynamoDB that is none: %s',
    async (endpoint, message) => {
      const said = await start({ DYNAMODB_ENDPOINT: endpoint });
      expect(said).toContain(message);
      expect(said).toContain('DYNAMODB_ENDPOINT');
    },
    refuses,
  );

  test(
    'messages that are no database',
    async () => {
      const path = write('broken/messaging/fauxqs.db', 'nonsense '.repeat(1_000));
      const said = await start({ LOCAL_DATA_DIR: join(folder, 'broken') });
      expect(said).toContain(`${path} cannot be read`);
    },
    refuses,
  );
});
