import { syncBuiltinESMExports } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import workerThreads, { type WorkerOptions } from 'node:worker_threads';
import { internal } from './modules.ts';

/**
 * In megabytes: as much as a function has on AWS, and little for what is young. Without limits a thread's heap grows with
 * what the machine has, before anything is collected.
 */
const limits = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 512 };

const traceHeader = new URL('./trace-header.mjs', import.meta.url).href;

const longestWaitForInvocationsMs = 15_000;

/** A function's thread is not there any more: the function has thrown outside its handler, exited, or used up its memory. */
export class ThreadEnded extends Error {
  override readonly name = 'ThreadEnded';
  /** False = the thread had ended before it was given the event. */
  readonly hasBegun: boolean;

  constructor(reason: string, hasBegun: boolean) {
    super(`The function has ended without an answer: ${reason}`);
    this.hasBegun = hasBegun;
  }
}

/** serverless-offline hides the thread of a function; this is the one that was given something last. */
let lastUsed: Thread | undefined;

class Thread extends workerThreads.Worker {
  /** Why it has ended. */
  ended: string | undefined;

  constructor(file: string | URL, options: WorkerOptions = {}) {
    const { execArgv = ['--import', traceHeader], resourceLimits, ...others } = options;
    super(file, { ...others, execArgv, resourceLimits: { ...limits, ...resourceLimits } });
    // An error of a thread to which nobody listens ends this process.
    this.once('error', (error: Error) => {
      this.ended = `${error.name}: ${error.message}`;
    });
    this.once('exit', (code) => {
      this.ended ??= `exit ${code}`;
    });
  }

  override postMessage(...args: Parameters<workerThreads.Worker['postMessage']>): void {
    lastUsed = this;
    super.postMessage(...args);
  }
}

/**
 * Keeps this process small: Node has no other way to limit the threads that a package starts, and the main thread would
 * double its heap before it collects anything. Before serverless-offline's modules are loaded.
 */
export function limitMemory(): void {
  setFlagsFromString('--heap-growing-percent=30');
  workerThreads.Worker = Thread;
  syncBuiltinESMExports();
}

interface Runner {
  run(event: unknown, context: unknown): Promise<unknown>;
  cleanup(): Promise<unknown>;
}

/**
 * An invocation whose thread ends is never answered there; here it rejects with ThreadEnded. When the code has changed it
 * ends the functions' threads itself: here they finish first, and what takes too long is answered with an error.
 */
export async function letInvocationsEnd(): Promise<void> {
  const { default: WorkerThreadRunner } = await internal(
    './lambda/handler-runner/worker-thread-runner/index.js',
  );
  const { prototype } = WorkerThreadRunner as { prototype: Runner };
  const { run, cleanup } = prototype;
  const running = new WeakMap<Runner, Map<Promise<unknown>, (error: Error) => void>>();
  const rejectAll = (runner: Runner, error: Error) => {
    for (const reject of running.get(runner)?.values() ?? []) reject(error);
  };

  prototype.run = function (this: Runner, event, context) {
    const { promise: abandoned, reject } = Promise.withResolvers<never>();
    // It gives the event to its thread at once.
    const answer = run.call(this, event, context);
    const thread = lastUsed;
    if (thread?.ended) return Promise.reject(new ThreadEnded(thread.ended, false));
    if (!running.has(this)) {
      running.set(this, new Map());
      // An answer has a port of its own, which is read after the end of its thread where both have come: one whole turn of
      // the event loop later. The first immediate may still run in the turn of the end.
      thread?.once('exit', () => {
        const error = new ThreadEnded(String(thread.ended), true);
        setImmediate(() => setImmediate(() => rejectAll(this, error)));
      });
    }
    const own = running.get(this);
    const work = Promise.race([answer, abandoned]);
    own?.set(work, reject);
    work.catch(() => {}).finally(() => own?.delete(work));
    return work;
  };

  prototype.cleanup = async function (this: Runner) {
    const works = running.get(this)?.keys() ?? [];
    const late = new Promise((resolve) => setTimeout(resolve, longestWaitForInvocationsMs).unref());
    Promise.race([Promise.allSettled(works), late]).then(() => {
      rejectAll(this, new Error('The function was ended before it had answered'));
      return cleanup.call(this);
    });
  };
}
