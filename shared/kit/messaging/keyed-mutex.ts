/** Runs `work` when all earlier work under the same key has ended, well or not. */
export type WithLock = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>;

/**
 * Lets the messages of a batch be handled at the same time without racing each other for one stream. Other
 * processes are kept out by the stream's versions, not by this.
 */
export function createKeyedMutex(): WithLock {
  const last = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const result = (last.get(key) ?? Promise.resolve()).then(work);
    const ended = result.then(ignore, ignore).then(() => {
      if (last.get(key) === ended) last.delete(key);
    });
    last.set(key, ended);
    return result;
  };
}

const ignore = () => {};

/**
 * Waits for all of them, and throws the first failure only then: nothing goes on in the background of a Lambda
 * that has answered already.
 */
export async function allSettledOrThrow<Result>(works: readonly Promise<Result>[]): Promise<Result[]> {
  const ended = await Promise.allSettled(works);
  return ended.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}
