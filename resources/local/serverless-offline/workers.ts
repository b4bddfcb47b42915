import { internal } from './modules.ts';
import { ThreadEnded } from './threads.ts';
import { createWorkerPool, type Worker } from './worker-pool.ts';

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
          const invoke = () => {
            worker.setEvent(event);
            worker.setClientContext(context);
            return worker.runHandler();
          };
          return invoke().catch(async (error) => {
            if (!(error instanceof ThreadEnded)) throw error;
            // It would give every later event to the thread that has ended.
            await worker.cleanup();
            if (error.hasBegun) throw error;
            return invoke();
          });
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
