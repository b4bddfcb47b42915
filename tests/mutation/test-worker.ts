import { type ChildProcess, fork } from 'node:child_process';
import { root } from '#tests/support/scripts.ts';
import type { Request, Response } from './protocol.ts';

/** The worker ended, or had to be ended: the mutant was noticed. */
export type Ended = 'crashed' | 'timed out';

/** A worker that is started again when it has ended. */
export class TestWorker {
  #child: ChildProcess | undefined;

  /** @param timeoutMs the worker is killed then */
  async ask(request: Request, timeoutMs: number): Promise<Response | Ended> {
    const child = this.#child ?? start();
    this.#child = child;
    const ended = await new Promise<Response | Ended>((resolve) => {
      const timer = setTimeout(() => resolve('timed out'), timeoutMs);
      const settle = (outcome: Response | Ended) => {
        clearTimeout(timer);
        child.removeAllListeners();
        resolve(outcome);
      };
      child.once('message', (response) => settle(response as Response));
      child.once('exit', () => settle('crashed'));
      child.send(request);
    });
    if (typeof ended === 'string') await this.stop();
    return ended;
  }

  /** The next request has a new process. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }
}

const start = (): ChildProcess =>
  fork(new URL('worker.ts', import.meta.url), {
    cwd: root,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
