import { syncBuiltinESMExports } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import workerThreads, { type WorkerOptions } from 'node:worker_threads';
import { internal } from './modules.ts';
import { createWorkerPool, type Worker } from './worker-pool.ts';

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

/** In megabytes. Without limits a thread's heap grows with what the machine has, before anything is collected. */
const threadLimits = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 128 };

/**
 * Keeps this process small: Node has no other way to limit the threads that a package starts, and the main thread would
 * double its heap before it collects anything.
 */
export function limitMemory(): void {
  setFlagsFromString('--heap-growing-percent=30');
  workerThreads.Worker = class extends workerThreads.Worker {
    constructor(file: string | URL, options: WorkerOptions = {}) {
      super(file, { ...options, resourceLimits: { ...threadLimits, ...options.resourceLimits } });
    }
  };
  syncBuiltinESMExports();
}

/** A thread takes some 30 MB; the path of an order through all consumers has some fifteen functions. */
const poolOptions = { most: 14, mostOfOne: 2, longestQueue: 1_000 };

interface LambdaFunction {
  setEvent(event: unknown): void;
  setClientContext(context: unknown): void;
  runHandler(): Promise<unknown>;
  cleanup(): Promise<void>;
}

interface LambdaFunctionPool {
  get(functionKey: string, definition: object): LambdaFunction;
}

/**
 * It starts a thread for each event that has to wait for another one of its function, whatever that takes. Here an event
 * waits where too many threads run: what it gives out instead of a function is one invocation that does.
 */
export async function boundWorkers(): Promise<void> {
  const [{ default: Pool }, { default: Lambda }] = await Promise.all([
    internal('./lambda/LambdaFunctionPool.js'),
    internal('./lambda/LambdaFunction.js'),
  ]);
  const pools = (Pool as { prototype: LambdaFunctionPool }).prototype;
  const functions = (Lambda as { prototype: LambdaFunction }).prototype;
  const { get } = pools;
  const { cleanup } = functions;
  const workers = createWorkerPool<LambdaFunction & Worker>(poolOptions);

  pools.get = function (this: LambdaFunctionPool, functionKey, definition) {
    const create = () => {
      const worker = get.call(this, functionKey, definition);
      return Object.assign(worker, { end: () => cleanup.call(worker) });
    };
    let event: unknown;
    let context: unknown;
    return {
      setEvent(given) {
        event = given;
      },
      setClientContext(given) {
        context = given;
      },
      runHandler: () =>
        workers.run(functionKey, create, (worker) => {
          worker.setEvent(event);
          worker.setClientContext(context);
          return worker.runHandler();
        }),
      cleanup: async () => {},
    };
  };

  // The code has changed, or it was idle for long.
  functions.cleanup = function (this: LambdaFunction & Worker) {
    workers.forget(this);
    return cleanup.call(this);
  };
}
