/** What runs a function's events, one at a time: in the local run a thread that has loaded the function. */
export interface Worker {
  /** Ends it, and frees its memory. */
  end(): unknown;
}

export interface WorkerPoolOptions {
  /** Workers of all functions together. */
  most: number;
  /** Workers of one function. */
  mostOfOne: number;
  /** Events that may wait for a worker. */
  longestQueue: number;
}

export interface WorkerPool<W extends Worker> {
  /**
   * Runs `work` with a worker of that function as soon as there is one.
   * @param create starts a worker; it is given an event at once
   * @throws TooManyInvocations when too many wait already
   */
  run<T>(functionKey: string, create: () => W, work: (worker: W) => Promise<T>): Promise<T>;
  /** The worker has ended or is to end after its event: it gets no other one. */
  forget(worker: W): void;
  /** Workers that there are. */
  size(): number;
}

/** serverless-offline takes the status of a response from the message. */
export class TooManyInvocations extends Error {
  override readonly name = 'TooManyInvocations';

  constructor(waiting: number) {
    super(`[429] Too many invocations at once: ${waiting} wait already`);
  }
}

/**
 * Keeps a bounded number of workers, because each takes memory. A function without a worker gets one in place of the one
 * that has been idle for longest. A function that has one gets another only where there is room: its events wait rather
 * than take a worker from other functions. Events get their workers in the order in which they came.
 */
export function createWorkerPool<W extends Worker>(options: WorkerPoolOptions): WorkerPool<W> {
  const { most, mostOfOne, longestQueue } = options;
  /** In the order of their last use. */
  const workers = new Map<W, { functionKey: string; busy: boolean }>();
  const waiting: { functionKey: string; create: () => W; start: (worker: W) => void }[] = [];

  /** Gives workers to those who wait, as far as there are any. */
  function dispatch(): void {
    for (let index = 0; index < waiting.length; ) {
      const { functionKey, create, start } = waiting[index] as (typeof waiting)[number];
      const worker = idleWorkerOf(functionKey) ?? (makeRoomFor(functionKey) ? create() : undefined);
      if (!worker) {
        index++;
        continue;
      }
      waiting.splice(index, 1);
      workers.delete(worker);
      workers.set(worker, { functionKey, busy: true });
      start(worker);
    }
  }

  function idleWorkerOf(functionKey: string): W | undefined {
    for (const [worker, of] of workers) if (of.functionKey === functionKey && !of.busy) return worker;
    return undefined;
  }

  function makeRoomFor(functionKey: string): boolean {
    const own = [...workers.values()].filter((of) => of.functionKey === functionKey).length;
    if (workers.size < most) return own < mostOfOne;
    if (own > 0) return false;
    for (const [worker, { busy }] of workers) {
      if (busy) continue;
      workers.delete(worker);
      worker.end();
      return true;
    }
    return false;
  }

  return {
    async run(functionKey, create, work) {
      if (waiting.length >= longestQueue) throw new TooManyInvocations(waiting.length);
      const worker = await new Promise<W>((start) => {
        waiting.push({ functionKey, create, start });
        dispatch();
      });
      try {
        return await work(worker);
      } finally {
        const known = workers.get(worker);
        if (known) known.busy = false;
        dispatch();
      }
    },
    forget(worker) {
      if (workers.delete(worker)) dispatch();
    },
    size: () => workers.size,
  };
}
