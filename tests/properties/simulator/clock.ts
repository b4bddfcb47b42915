/** Time as the simulation has it; ms since 1970. */
export interface Clock {
  now(): number;
  sleep(ms: number): Promise<void>;
  /** The same, for a limit that nobody need wait for: it keeps no process running. */
  limit(ms: number): Promise<void>;
}

interface Waiting {
  at: number;
  order: number;
  wake: () => void;
}

/**
 * Time that passes only when nobody has anything left to do at once: then it jumps to the next sleeper. One
 * sleeper is woken at a time, and all that follows from it happens before the next: a run is a function of its seed.
 */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #heap: Waiting[] = [];

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return Math.floor(this.#now);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.#push({ at: this.#now + Math.max(0, ms), order: this.#order++, wake }));
  }

  limit(ms: number): Promise<void> {
    return this.sleep(ms);
  }

  /** Lets time pass until `finished`, or until nobody sleeps any more. Answers whether it finished. */
  async run(finished: () => boolean): Promise<boolean> {
    await everythingDone();
    while (!finished()) {
      const next = this.#pop();
      if (!next) return finished();
      this.#now = Math.max(this.#now, next.at);
      next.wake();
      await everythingDone();
    }
    return true;
  }

  #push(waiting: Waiting): void {
    const heap = this.#heap;
    let index = heap.push(waiting) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(heap[index], heap[parent])) break;
      swap(heap, index, parent);
      index = parent;
    }
  }

  #pop(): Waiting | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    heap[0] = last;
    for (let index = 0; ; ) {
      const left = 2 * index + 1;
      const smaller = isBefore(heap[left + 1], heap[left]) ? left + 1 : left;
      if (!isBefore(heap[smaller], heap[index])) return first;
      swap(heap, index, smaller);
      index = smaller;
    }
  }
}

/** Time as it is, for the emulators. */
export const realClock: Clock = {
  now: Date.now,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  limit: (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref()),
};

// After this turn of the event loop no promise is left that could go on without a sleeper.
const everythingDone = () => new Promise<void>((resolve) => setImmediate(resolve));

const isBefore = (a: Waiting | undefined, b: Waiting | undefined): boolean =>
  a !== undefined && b !== undefined && (a.at < b.at || (a.at === b.at && a.order < b.order));

function swap(heap: Waiting[], one: number, other: number): void {
  const kept = heap[one] as Waiting;
  heap[one] = heap[other] as Waiting;
  heap[other] = kept;
}
