import { describe, expect, jest, test } from '@jest/globals';
import { allSettledOrThrow, createKeyedMutex } from '#kit/messaging/keyed-mutex.ts';

/** Works that end when they are told to. */
function works() {
  const started: string[] = [];
  const end = new Map<string, { well(): void; badly(): void }>();
  const work = (name: string) => () =>
    new Promise<string>((resolve, reject) => {
      started.push(name);
      end.set(name, { well: () => resolve(name), badly: () => reject(new Error(name)) });
    });
  return { started, work, end: (name: string) => end.get(name) ?? { well() {}, badly() {} } };
}

/** Lets everything run that waits for nothing. */
const macrotask = () => new Promise((resolve) => setImmediate(resolve));

describe('Work in turn', () => {
  test('under one key starts when what came before it has ended, under another at once', async () => {
    const withLock = createKeyedMutex();
    const { started, work, end } = works();
    const all = [
      withLock('mug', work('first')),
      withLock('mug', work('second')),
      withLock('pen', work('other')),
      withLock('mug', work('third')),
    ];
    await macrotask();
    expect(started).toEqual(['first', 'other']);
    end('first').well();
    await macrotask();
    expect(started).toEqual(['first', 'other', 'second']);
    end('second').well();
    await macrotask();
    end('third').well();
    end('other').well();
    expect(await Promise.all(all)).toEqual(['first', 'second', 'other', 'third']);
  });

  test('forgets a key when the last work under it has ended, and not before', async () => {
    const forgotten = jest.spyOn(Map.prototype, 'delete');
    const keys = () => forgotten.mock.calls.map(([key]) => key).filter((key) => key === 'cup');
    const withLock = createKeyedMutex();
    const { work, end } = works();
    const both = [withLock('cup', work('first')), withLock('cup', work('second'))];
    await macrotask();
    end('first').well();
    await macrotask();
    expect(keys()).toEqual([]);
    end('second').well();
    await Promise.all(both);
    await macrotask();
    expect(keys()).toEqual(['cup']);
    forgotten.mockRestore();
  });

  test('goes on after a failure, which only its own caller sees', async () => {
    const withLock = createKeyedMutex();
    const { work, end } = works();
    const first = withLock('mug', work('first'));
    const second = withLock('mug', work('second'));
    await macrotask();
    end('first').badly();
    await expect(first).rejects.toThrow('first');
    await macrotask();
    end('second').well();
    expect(await second).toBe('second');
  });
});

test('All are awaited before the first failure is thrown', async () => {
  const { work, end } = works();
  let thrown = false;
  const both = allSettledOrThrow([work('fails')(), work('slow')()]).catch(() => {
    thrown = true;
  });
  end('fails').badly();
  await macrotask();
  expect(thrown).toBe(false);
  end('slow').well();
  await both;
  expect(thrown).toBe(true);
  expect(await allSettledOrThrow([Promise.resolve(1), Promise.resolve(2)])).toEqual([1, 2]);
});
