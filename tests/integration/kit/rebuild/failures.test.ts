import { describe, expect, test } from '@jest/globals';
import type { StoredEvent } from '#kit/events/event.ts';
import { keyInFirstGeneration } from '#kit/projections/keys.ts';
import { counterStream, keeperStream } from '#tests/support/counter/streams.ts';
import { counterProjection } from '#tests/support/counter/views.ts';
import { benchOpener } from './bench.ts';

const open = benchOpener();

const AT = '2026-11-20T10:00:00.000Z';

describe('A step that fails', () => {
  test('ends in the dead letters, and the rebuild says why; sent again, it goes on', async () => {
    const bench = await open();
    const counter = counterStream('c1', AT);
    const [broken, ...rest] = keeperStream('broken', AT) as [StoredEvent, ...StoredEvent[]];
    await bench.append(...counter);
    await bench.drain();
    await bench.data.store([{ ...broken, schemaVersion: 99 }]);
    await bench.rebuild('start', { segments: 1 });
    bench.advance(61_000);
    await bench.drain();

    expect(bench.queue).toEqual([]);
    expect(bench.dead).toHaveLength(1);
    const reason = 'keeper-broken: NewerSchemaVersion: ';
    expect((await bench.rebuild('status')).work?.failed).toEqual([
      { segment: 0, error: expect.stringContaining(reason) },
    ]);
    // Nothing is sent behind the back of whoever will redrive it.
    bench.advance(600_000);
    expect((await bench.rebuild('advance')).other?.phase).toBe('filling');
    expect(bench.queue).toEqual([]);

    await bench.data.store([broken, ...rest]);
    for (const letter of bench.dead.splice(0)) bench.queue.push({ ...letter, receives: 0 });
    await bench.reach('ready');
    expect((await bench.items('G2#')).map((item) => keyInFirstGeneration(item as never))).toMatchObject([
      { pk: 'COUNTER#c1', version: counter.length },
      { pk: 'KEEPER#broken', version: 1 + rest.length },
    ]);
  });

  test('cancelled leaves nothing, and the next rebuild has another number', async () => {
    const bench = await open();
    await bench.append(...counterStream('c1', AT));
    await bench.drain();
    await bench.rebuild('start');
    await bench.reach('comparing');
    expect(await bench.items('G2#')).not.toEqual([]);
    await bench.rebuild('cancel');
    expect((await bench.reach(undefined)).live).toBe(1);
    expect(await bench.items('G2#')).toEqual([]);
    expect(await bench.rebuild('start')).toMatchObject({ other: { generation: 3 } });
  });
});

describe('What cannot be done is refused, and nothing is changed:', () => {
  test.each([
    ['switch', 'no other generation is there'],
    ['rollback', 'no generation is kept to go back to'],
    ['drop', 'no generation is kept'],
    ['cancel', 'no generation is being built'],
    ['begin', 'action'],
  ])('%s', async (action, reason) => {
    const bench = await open();
    const before = await bench.rebuild('status');
    await expect(bench.rebuild(action)).rejects.toThrow(reason);
    expect(await bench.rebuild('status')).toEqual(before);
  });

  test('a projection that there is not; those that there are are named', async () => {
    const bench = await open();
    await expect(bench.rebuild('start', { projection: 'tally' })).rejects.toThrow(
      `no projection is called tally; there are ${counterProjection.name}`,
    );
  });

  test('two rebuilds at once', async () => {
    const bench = await open();
    const both = await Promise.allSettled([1, 2].map(() => bench.rebuild('start')));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(bench.rebuild('start')).rejects.toThrow('generation 2 is already being built, filling');
    await expect(bench.rebuild('switch')).rejects.toThrow('is filling, not ready');
    await expect(bench.rebuild('drop')).rejects.toThrow('no generation is kept');
    await bench.rebuild('cancel');
    expect((await bench.reach(undefined)).live).toBe(1);
  });
});
