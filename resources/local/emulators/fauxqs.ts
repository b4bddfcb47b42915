import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { childEmulator } from './child-emulator.ts';
import type { Emulator } from './emulator.ts';
import { freePort } from './free-port.ts';

const program = fileURLToPath(new URL('./fauxqs-process.ts', import.meta.url));

/**
 * Starts fauxqs in a process of its own, on a free loopback port.
 * @param dataDir where queues, messages, topics and subscriptions are kept (SQLite); in memory when absent
 * @throws Error with fauxqs' own output when it does not come up
 */
export async function startFauxqs(dataDir?: string): Promise<Emulator> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const child = fork(program, [String(port), ...(dataDir ? [dataDir] : [])], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: withoutNodeOptions(),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const failure = await untilListening(child);
    if (failure === undefined) return childEmulator(child, port);
    const portWasTaken = failure.includes('EADDRINUSE');
    if (!portWasTaken || attempt === 5) {
      throw new Error(`fauxqs (the local SNS and SQS) did not start: ${failure.trim()}`);
    }
  }
}

/** A test runner's or a debugger's NODE_OPTIONS are not meant for the emulator. */
function withoutNodeOptions(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return env;
}

async function untilListening(child: ChildProcess): Promise<string | undefined> {
  let output = '';
  child.stderr?.on('data', (chunk) => {
    output += chunk;
  });
  return new Promise((resolve) => {
    child.once('message', () => resolve(undefined));
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(output || `ended with ${signal ?? code}`));
  });
}
