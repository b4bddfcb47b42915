import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createToken } from '#resources/cli/jwt.ts';
import { freePort } from '#resources/local/emulators/free-port.ts';
import { type Run, readRun } from '#resources/local/run-file.ts';
import { root } from './scripts.ts';

export interface Started {
  /** What it printed so far. */
  output(): string;
  /** The variables with which other commands find it: HTTP_PORT and so on. */
  env: Record<string, string>;
  run: Run;
  /** Sends a request with a token of `sub` and `scope`, and answers the response's status and JSON. */
  request<T = Record<string, unknown>>(
    method: string,
    path: string,
    options?: { body?: unknown; sub?: string; scope?: string; anonymous?: boolean },
  ): Promise<{ status: number; body: T; headers: Headers }>;
  /** As a terminal or a supervisor does it: a signal to npm. Resolves when npm has ended. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Its exit status, once it has ended; null where a signal has ended it. */
  ended: Promise<number | null>;
  /** kill -9 of what npm runs, as a crash would. Resolves when npm has ended. */
  crash(): Promise<void>;
}

/** Some seconds by itself; beside tests that compute it has a fraction of the machine. */
const startTimeoutMs = 120_000;

/** Runs `npm start` on free ports, with these options for sls, and resolves when it says that it runs. */
export async function npmStart(
  env: Record<string, string> = {},
  options: readonly string[] = [],
): Promise<Started> {
  const ports = env.HTTP_PORT
    ? {}
    : { HTTP_PORT: String(await freePort()), LAMBDA_PORT: String(await freePort()) };
  const variables = { ...ports, ...env };
  const child = spawn('npm', ['start', '--', ...options], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, as in a terminal: what jest is sent is not meant for it.
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  await untilRunning(child, () => output);
  const port = Number(variables.HTTP_PORT);
  const run = await readRun(root, port);
  if (!run) throw new Error(`It says that it runs, and there is no run file:\n${output}`);

  return {
    output: () => output,
    env: variables,
    ended,
    run,
    async request(method, path, { body, sub, scope, anonymous } = {}) {
      const token = await createToken({ ...(sub && { sub }), ...(scope && { scope }) });
      const response = await fetch(`${run.httpUrl}${path}`, {
        method,
        headers: {
          'content-type': 'application/json',
          ...(anonymous ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        body: text ? JSON.parse(text) : undefined,
        headers: response.headers,
      };
    },
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await ended;
    },
    async crash() {
      process.kill(run.pid, 'SIGKILL');
      await ended;
    },
  };
}

function untilRunning(child: ChildProcess, output: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      clearTimeout(timer);
      reject(new Error(`npm start ${reason}:\n${output()}`));
    };
    const timer = setTimeout(() => {
      child.kill('SIGTERM');
      fail(`said nothing within ${startTimeoutMs} ms`);
    }, startTimeoutMs);
    child.once('error', (error) => fail(error.message));
    child.once('close', (code) => fail(`ended with ${code}`));
    child.stdout?.on('data', () => {
      if (!output().includes('Ctrl-C')) return;
      clearTimeout(timer);
      resolve();
    });
  });
}
