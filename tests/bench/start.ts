import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '#resources/local/emulators/free-port.ts';
import { npmStart } from '#tests/support/npm-start.ts';
import { root } from '#tests/support/scripts.ts';
import { median, ratioOf } from './measure.ts';
import type { Bench } from './types.ts';

const sls = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');

/** One function that answers, and nothing else. */
const EMPTY = `service: empty
provider: { name: aws, runtime: nodejs24.x }
plugins: [serverless-offline]
functions:
  health: { handler: handler.health, events: [{ httpApi: 'GET /health' }] }
`;
const HANDLER = "export const health = async () => ({ statusCode: 200, body: 'ok' });\n";

export const startBench: Bench = {
  name: 'start',
  description: 'npm start to its first answer, against sls offline with an empty service',
  notOnStage: 'it is about the local run.',
  async run({ progress }) {
    const folder = await mkdtemp(join(tmpdir(), 'empty-service-'));
    try {
      await writeFile(join(folder, 'serverless.yml'), EMPTY);
      await writeFile(join(folder, 'handler.mjs'), HANDLER);
      await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
      const phases = new Map<string, number[]>();
      const { ratio, oursMs, theirsMs } = await ratioOf(
        () => {
          progress('start: npm start');
          return ours(phases);
        },
        () => {
          progress('start: sls offline, an empty service');
          return theirs(folder);
        },
      );
      return [
        {
          name: 'start',
          title: 'From the command to the first answer',
          head: ['', 'by sls offline with an empty service', 'seconds on this machine'],
          rows: [
            ['npm start: the whole stack', ratio, oursMs / 1_000],
            ['sls offline: one function', 1, theirsMs / 1_000],
            ...[...phases].map(([phase, seconds]) => [`npm start, phase: ${phase}`, '', median(seconds)]),
          ],
          chart: { column: 2, unit: 's' },
          notes: ['Phases overlap. The seconds are those of this machine, and of what ran beside.'],
        },
      ];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** ms until GET /health answers; notes how long each phase took. */
async function ours(phases: Map<string, number[]>): Promise<number> {
  const [port, lambdaPort] = [await freePort(), await freePort()];
  const started = performance.now();
  const starting = npmStart({ HTTP_PORT: String(port), LAMBDA_PORT: String(lambdaPort) });
  // Before it says that it runs: it fills its catalogue then.
  await untilAnswered(`http://127.0.0.1:${port}`);
  const ms = performance.now() - started;
  const run = await starting;
  for (const [, phase = '', seconds] of run.output().matchAll(/^Starting: (.+) \(([\d.]+) s\)$/gm)) {
    phases.set(phase, [...(phases.get(phase) ?? []), Number(seconds)]);
  }
  await run.stop();
  return ms;
}

async function theirs(cwd: string): Promise<number> {
  const [port, lambdaPort] = [await freePort(), await freePort()];
  const args = ['offline', 'start', '--httpPort', String(port), '--lambdaPort', String(lambdaPort)];
  const started = performance.now();
  const child = spawn(process.execPath, [sls, ...args], {
    cwd,
    env: { ...process.env, NODE_OPTIONS: '', SLS_NOTIFICATIONS_MODE: 'off' },
    stdio: 'ignore',
  });
  const ended = once(child, 'close');
  await untilAnswered(`http://127.0.0.1:${port}/dev`, `http://127.0.0.1:${port}`);
  const ms = performance.now() - started;
  child.kill('SIGTERM');
  await ended;
  return ms;
}

async function untilAnswered(...urls: string[]): Promise<void> {
  const deadline = Date.now() + 90_000;
  for (;;) {
    for (const url of urls) {
      const response = await fetch(`${url}/health`).catch(() => undefined);
      if (response?.ok) return;
    }
    if (Date.now() > deadline) throw new Error(`nothing answers at ${urls.join(' or ')}`);
    await pause(25);
  }
}
