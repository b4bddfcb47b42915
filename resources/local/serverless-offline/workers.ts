import { internal } from './modules.ts';

interface Runner {
  run(event: unknown, context: unknown): Promise<unknown>;
  cleanup(): Promise<unknown>;
}

const longestWaitForInvocationsMs = 15_000;

/**
 * When the code has changed it ends the functions' threads, and what these were doing is never answered. Here they
 * finish first; what takes too long is answered with an error.
 */
export async function letInvocationsEnd(): Promise<void> {
  const { default: WorkerThreadRunner } = await internal(
    './lambda/handler-runner/worker-thread-runner/index.js',
  );
  const { prototype } = WorkerThreadRunner as { prototype: Runner };
  const { run, cleanup } = prototype;
  const running = new WeakMap<Runner, Map<Promise<unknown>, (error: Error) => void>>();

  prototype.run = function (this: Runner, event, context) {
    const own = running.get(this) ?? new Map();
    running.set(this, own);
    const { promise: abandoned, reject } = Promise.withResolvers<never>();
    const work = Promise.race([run.call(this, event, context), abandoned]);
    own.set(work, reject);
    work.catch(() => {}).finally(() => own.delete(work));
    return work;
  };

  prototype.cleanup = async function (this: Runner) {
    const own = running.get(this) ?? new Map<Promise<unknown>, (error: Error) => void>();
    const late = new Promise((resolve) => setTimeout(resolve, longestWaitForInvocationsMs).unref());
    Promise.race([Promise.allSettled(own.keys()), late]).then(() => {
      for (const reject of own.values()) reject(new Error('The function was ended before it had answered'));
      return cleanup.call(this);
    });
  };
}

/** Threads that are kept for the next event. Each takes some 25 MB. */
const mostWorkers = 24;

interface LambdaFunction {
  readonly status: 'IDLE' | 'BUSY';
  runHandler(): Promise<unknown>;
  cleanup(): Promise<void>;
}

/**
 * Each function has a thread for each of its events that run at once, and keeps it for a minute. Here all functions
 * together keep a bounded number: one more ends the one that has been idle for longest, which starts again when needed.
 */
export async function boundWorkers(): Promise<void> {
  const { default: LambdaFunction } = await internal('./lambda/LambdaFunction.js');
  const { prototype } = LambdaFunction as { prototype: LambdaFunction };
  const { runHandler, cleanup } = prototype;
  /** In the order of their last use. */
  const warm = new Set<LambdaFunction>();

  prototype.runHandler = function (this: LambdaFunction) {
    warm.delete(this);
    if (warm.size >= mostWorkers) {
      const idle = [...warm].find(({ status }) => status === 'IDLE');
      idle?.cleanup();
    }
    warm.add(this);
    return runHandler.call(this);
  };

  prototype.cleanup = function (this: LambdaFunction) {
    warm.delete(this);
    return cleanup.call(this);
  };
}
