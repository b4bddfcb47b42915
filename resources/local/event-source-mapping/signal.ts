/** Wakes whoever waits for something to have changed. */
export interface Signal {
  notify(): void;
  /** Resolves at the next `notify()`, or after `ms` when given. */
  wait(ms?: number): Promise<void>;
}

export function createSignal(): Signal {
  let waiting: (() => void)[] = [];
  return {
    notify() {
      const wake = waiting;
      waiting = [];
      for (const resume of wake) resume();
    },
    wait(ms) {
      return new Promise((resolve) => {
        const timer = ms === undefined ? undefined : setTimeout(resume, ms);
        function resume() {
          clearTimeout(timer);
          waiting = waiting.filter((one) => one !== resume);
          resolve();
        }
        waiting.push(resume);
      });
    },
  };
}
