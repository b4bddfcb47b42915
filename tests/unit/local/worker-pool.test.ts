import { describe, expect, test } from '@jest/globals';
import {
  createWorkerPool,
  TooManyInvocations,
  type Worker,
} from '#resources/local/serverless-offline/worker-pool.ts';

interface Thread extends Worker {
  of: string;
}

/** A pool whose workers only note that they were started and ended, and whose events end when they are told to. */
function pool(options: { most: number; mostOfOne: number; longestQueue?: number }) {
  const workers = createWorkerPool<Thread>({ longestQueue: 100, ...options });
  const log: string[] = [];
  const running: { of: string; name: string; thread: Thread; end: () => void }[] = [];
  const create = (of: string) => () => {
    log.push(`start ${of}`);
    return { of, end: () => log.push(`end ${of}`) };
  };
  return {
    workers,
    log,
    running: () => running.map(({ of, name }) => `${of} ${name}`),
    event: (of: string, name: string) =>
      workers.run(of, create(of), (thread) => {
        const { promise, resolve } = Promise.withResolvers<string>();
        running.push({ of, name, thread, end: () => resolve(name) });
        return promise;
      }),
    async end(...names: string[]) {
      for (const name of names) {
        const index = running.findIndex((one) => one.name === name);
        running.splice(index, 1)[0]?.end();
        await turns();
      }
    },
  };
}

/** Lets everything run that can. */
const turns = () => new Promise((resolve) => setImmediate(resolve));

describe('the workers of the local run', () => {
  test('run one event at a time, and are used again', async () => {
    const { event, end, running, log } = pool({ most: 10, mostOfOne: 1 });
    const first = event('a', '1');
    event('a', '2');
    await turns();
    expect(running()).toEqual(['a 1']);
    await end('1');
    expect(await first).toBe('1');
    expect(running()).toEqual(['a 2']);
    expect(log).toEqual(['start a']);
  });

  test('are bounded for one function, and for all', async () => {
    const { event, running, workers } = pool({ most: 3, mostOfOne: 2 });
    for (const key of ['a', 'b', 'c']) for (const name of ['1', '2', '3']) event(key, key + name);
    await turns();
    expect(running()).toEqual(['a a1', 'a a2', 'b b1']);
    expect(workers.size()).toBe(3);
  });

  test('of the function that was idle for longest end for a function that has none', async () => {
    const { event, end, running, log } = pool({ most: 2, mostOfOne: 2 });
    event('a', '1');
    event('b', '2');
    await turns();
    await end('1', '2');
    event('c', '3');
    await turns();
    expect(running()).toEqual(['c 3']);
    expect(log).toEqual(['start a', 'start b', 'end a', 'start c']);
  });

  test('do not end for a second one of a function that has one', async () => {
    const { event, end, log, running } = pool({ most: 2, mostOfOne: 2 });
    event('a', '1');
    event('b', '2');
    await turns();
    await end('1');
    event('b', '3');
    await turns();
    expect(running()).toEqual(['b 2']);
    expect(log).toEqual(['start a', 'start b']);
  });

  test('are given out in the order in which the events came', async () => {
    const { event, end, running } = pool({ most: 1, mostOfOne: 1 });
    event('a', '1');
    event('b', '2');
    event('a', '3');
    await turns();
    await end('1');
    expect(running()).toEqual(['b 2']);
    await end('2');
    expect(running()).toEqual(['a 3']);
  });

  test('are free again when an event fails', async () => {
    const { workers } = pool({ most: 1, mostOfOne: 1 });
    const create = () => ({ of: 'a', end: () => {} });
    const fail = () => Promise.reject(new Error('no'));
    await expect(workers.run('a', create, fail)).rejects.toThrow('no');
    expect(await workers.run('a', create, async () => 'yes')).toBe('yes');
  });

  test('that are forgotten get no other event', async () => {
    const { event, end, running, workers, log } = pool({ most: 1, mostOfOne: 1 });
    let thread: Thread | undefined;
    await workers.run(
      'a',
      () => ({ of: 'a', end: () => {} }),
      async (worker) => {
        thread = worker;
      },
    );
    workers.forget(thread as Thread);
    event('a', '1');
    await turns();
    expect(running()).toEqual(['a 1']);
    expect(log).toEqual(['start a']);
    await end('1');
  });

  test('refuse more events than may wait, with the status that the caller gets', async () => {
    const { event } = pool({ most: 1, mostOfOne: 1, longestQueue: 2 });
    const events = ['1', '2', '3', '4'].map((name) => event('a', name));
    await expect(events[3]).rejects.toThrow(TooManyInvocations);
    await expect(events[3]).rejects.toThrow('[429]');
  });
});
