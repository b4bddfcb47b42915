/** More waits than may wait. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
}

/**
 * Runs at most `atOnce` of the given works at a time, in the order in which they came.
 * @param longestQueue how many may wait; a work beyond that rejects with QueueFull and is not run
 */
export function boundedQueue(
  atOnce: number,
  longestQueue: number,
): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;

  return async (work) => {
    if (running < atOnce) running++;
    else if (waiting.length >= longestQueue) throw new QueueFull();
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The place goes to the next one directly, so that none who comes now takes it.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
