import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from '#resources/local/emulators/free-port.ts';
import { eventually } from '#tests/support/eventually.ts';
import { root } from '#tests/support/scripts.ts';
import { program } from './python.ts';
import { say } from './say.ts';

export const REGION = 'us-east-1';

/** Service, operation and parameters as botocore names them: `['dynamodb', 'list_tables', {}]`. */
export type Call = readonly [service: string, operation: string, parameters?: object];

// biome-ignore lint/suspicious/noExplicitAny: answers of some thirty operations, looked at by the tests.
export type Answer = any;

/** AWS on loopback: MiniStack with IAM enforced, so that a function may do what its role says and nothing else. */
export interface Emulator {
  url: string;
  /** A folder that ends with the emulator. */
  folder: string;
  /** With these a program reaches the emulator, as the account's root user, and no other AWS. */
  env: Record<string, string | undefined>;
  /** Throws an Error with what AWS said. */
  call(...call: Call): Promise<Answer>;
  /** Several at once: one process. */
  calls(calls: readonly Call[]): Promise<Answer[]>;
  /** What it has printed. */
  log(): string;
  stop(): Promise<void>;
}

/** Starts it on a port that the OS chooses; throws with its log if it does not get healthy within a minute. */
export async function startEmulator(): Promise<Emulator> {
  const folder = await mkdtemp(join(tmpdir(), 'orderstream-rehearsal-'));
  const home = join(folder, 'home');
  await mkdir(home);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const credentials = {
    AWS_ACCESS_KEY_ID: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
    AWS_SECRET_ACCESS_KEY: randomBytes(20).toString('hex'),
  };
  const child = spawn(program('python'), [join(import.meta.dirname, 'emulator.py')], {
    cwd: folder,
    // A group of its own, which it ends when its standard input does.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      // Functions run on the Node that is Lambda's, the one of node_modules.
      PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
      HOME: home,
      TMPDIR: folder,
      STATE_DIR: join(folder, 'state'),
      S3_DATA_DIR: join(folder, 's3'),
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      // In queue URLs, which the functions are given: the same host as the endpoint's.
      MINISTACK_HOST: '127.0.0.1',
      MINISTACK_REGION: REGION,
      AUTH: 'true',
      ...credentials,
      // Listeners on ports of their own that nothing here needs.
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
    },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += chunk));
  const stop = () => end(child);
  try {
    await eventually(() => healthy(url, child), { timeoutMs: 60_000, everyMs: 200 });
  } catch (error) {
    await stop();
    throw new Error(`MiniStack does not start: ${(error as Error).message}\n${log}`);
  }
  say(`MiniStack runs on ${url} (process ${child.pid})`);
  const env = { ...withoutAws(process.env), ...credentials, ...awsVariables(url, home) };
  const calls = (wanted: readonly Call[]) => ask(wanted, env);
  const call = async (...wanted: Call) => (await calls([wanted]))[0];
  return { url, folder, env, call, calls, log: () => log, stop };
}

/** The profile, the role or the session of whoever runs the tests must not be what `sls deploy` finds. */
const withoutAws = (env: NodeJS.ProcessEnv): Record<string, string | undefined> =>
  Object.fromEntries(Object.keys(env).map((name) => [name, name.startsWith('AWS_') ? undefined : env[name]]));

const awsVariables = (url: string, home: string) => ({
  AWS_ENDPOINT_URL: url,
  AWS_REGION: REGION,
  AWS_DEFAULT_REGION: REGION,
  AWS_CONFIG_FILE: join(home, 'no-config'),
  AWS_SHARED_CREDENTIALS_FILE: join(home, 'no-credentials'),
  AWS_EC2_METADATA_DISABLED: 'true',
});

async function healthy(url: string, child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
  return (await fetch(`${url}/_ministack/health`)).ok;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'close');
  child.stdin?.end();
  await ended;
}

function ask(calls: readonly Call[], env: Emulator['env']): Promise<Answer[]> {
  return new Promise((resolve, reject) => {
    const options = { env, maxBuffer: 64 * 2 ** 20 };
    const done = (error: Error | null, stdout: string, stderr: string) => {
      if (!error) return resolve(JSON.parse(stdout));
      // The last line of a Python traceback.
      reject(new Error(stderr.trim().split('\n').at(-1)));
    };
    const child = execFile(program('python'), [join(import.meta.dirname, 'aws.py')], options, done);
    child.stdin?.end(
      JSON.stringify(calls.map(([service, operation, parameters = {}]) => [service, operation, parameters])),
    );
  });
}
