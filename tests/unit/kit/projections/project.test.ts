import { describe, expect, test } from '@jest/globals';
import { toItem } from '#kit/event-store/event-item.ts';
import { isNewer, isPoison } from '#kit/messaging/delivery.ts';
import { generationsKey } from '#kit/projections/keys.ts';
import { project } from '#kit/projections/project.ts';
import { compare } from '#kit/projections/rebuild/compare.ts';
import { fill, fillFrom, runsOfStreams } from '#kit/projections/rebuild/fill.ts';
import { readViewVersions } from '#kit/projections/view-versions.ts';
import { counterMemory } from '#tests/support/counter/memory.ts';
import { counterStream, keeperStream } from '#tests/support/counter/streams.ts';
import { counterProjection, counters } from '#tests/support/counter/views.ts';

const AT = '2026-05-01T12:00:00.000Z';
const life = counterStream('c1', AT);
const [started, two, three, closed] = life as [
  (typeof life)[0],
  (typeof life)[0],
  (typeof life)[0],
  (typeof life)[0],
];

const view = ({ readModel }: ReturnType<typeof counterMemory>, generation = '') =>
  readModel.get({ pk: `${generation}COUNTER#c1`, sk: 'VIEW' });

describe('A view', () => {
  test('is folded from events in any order, and written once', async () => {
    const memory = counterMemory();
    expect(await project(memory.runtime, counters, [three, started, two])).toBe(3);
    expect(view(memory)).toMatchObject({ version: 3, total: 5, keeperPk: 'KEEPER#ada' });
    expect(memory.calls).toEqual(['PutCommand']);
  });

  test('goes on from where it is; what it has had changes nothing', async () => {
    const memory = counterMemory();
    await project(memory.runtime, counters, [started, two]);
    memory.calls.length = 0;
    expect(await project(memory.runtime, counters, [two])).toBe(2);
    expect(memory.calls).toEqual(['GetCommand']);
    expect(await project(memory.runtime, counters, [three])).toBe(3);
    expect(view(memory)).toMatchObject({ version: 3, total: 5 });
  });

  test('reads what is missing from the events table', async () => {
    const memory = counterMemory();
    memory.store(life);
    await project(memory.runtime, counters, [started]);
    memory.calls.length = 0;
    expect(await project(memory.runtime, counters, [closed])).toBe(4);
    expect(memory.calls).toEqual(['GetCommand', 'QueryCommand', 'PutCommand']);
    expect(view(memory)).toMatchObject({ version: 4, total: 5, status: 'closed' });
  });

  test('is not written where the stream ends before the event of a message', async () => {
    const memory = counterMemory();
    memory.store([started, two]);
    await expect(project(memory.runtime, counters, [closed])).rejects.toThrow(
      'a message carries version 4 of counter-c1, the events table only 2',
    );
    await expect(project(counterMemory().runtime, counters, [two])).rejects.toMatchObject({
      name: 'EventNotInStore',
    });
    expect(view(memory)).toBeUndefined();
  });

  test('is not written over a newer one: the race is lost, and the answer tells how far it has got', async () => {
    const memory = counterMemory();
    memory.readModel.put({ pk: 'COUNTER#c1', sk: 'VIEW', version: 9 });
    expect(await project(memory.runtime, counters, [started])).toBe(9);
    expect(view(memory)).toMatchObject({ version: 9 });
  });
});

describe('A generation', () => {
  test('is filled with runs of events, each to its end before the work has ended', async () => {
    const memory = counterMemory();
    const items = [...life, ...keeperStream('ada', AT)].map((event) => toItem(event));
    const runs = runsOfStreams(items);
    expect(runs.map((run) => run.map(({ version }) => version))).toEqual([
      [1, 2, 3, 4],
      [1, 2],
    ]);
    await fillFrom(memory.runtime, counterProjection, 2, runs);
    expect(memory.calls).toEqual(['BatchExecuteStatementCommand']);
    expect(view(memory, 'G2#')).toMatchObject({ version: 4, total: 5, keeperPk: 'G2#KEEPER#ada' });
    expect(view(memory)).toBeUndefined();
  });

  test('keeps a view that is there and newer, and replaces one that is older or no view', async () => {
    for (const [there, version] of [
      [{ version: 9 }, 9],
      [{ version: 2 }, 4],
      [{}, 4],
    ] as const) {
      const memory = counterMemory();
      memory.readModel.put({ pk: 'G2#COUNTER#c1', sk: 'VIEW', ...there });
      const runs = runsOfStreams(life.map((event) => toItem(event)));
      await fillFrom(memory.runtime, counterProjection, 2, runs);
      expect(memory.calls).toEqual(['BatchExecuteStatementCommand', 'PutCommand']);
      expect(view(memory, 'G2#')).toMatchObject({ version });
    }
  });

  test('goes on from its view where a run does not begin the stream, with a put alone', async () => {
    const memory = counterMemory();
    const items = life.map((event) => toItem(event));
    await fillFrom(memory.runtime, counterProjection, 2, [items.slice(0, 2)]);
    memory.calls.length = 0;
    await fillFrom(memory.runtime, counterProjection, 2, [items.slice(2)]);
    expect(memory.calls).toEqual(['GetCommand', 'PutCommand']);
    expect(view(memory, 'G2#')).toMatchObject({ version: 4, total: 5 });
  });

  test('is filled with the other streams where one cannot be read', async () => {
    const memory = counterMemory();
    const unknown = {
      ...toItem(started),
      streamId: 'counter-c2',
      aggregateId: 'c2',
      eventType: 'CounterPainted',
    };
    const runs = [[unknown as never], life.map((event) => toItem(event))];
    await expect(fillFrom(memory.runtime, counterProjection, 2, runs)).rejects.toThrow(
      'counter-c2: UnknownEventType',
    );
    expect(view(memory, 'G2#')).toMatchObject({ version: 4, total: 5 });
  });

  test('names the stream that it cannot be filled with', async () => {
    const { runtime } = counterMemory();
    await expect(fillFrom(runtime, counterProjection, 2, [[toItem(two)]])).rejects.toThrow(
      'counter-c1: EventNotInStore',
    );
  });

  test('names the stream that it waits for newer code to read', async () => {
    const { runtime, store, events } = counterMemory();
    const newer = { ...toItem(two), schemaVersion: 99 };
    store([started]);
    events.put(newer);
    for (const filling of [
      fillFrom(runtime, counterProjection, 2, [[toItem(started), newer]]),
      fill(runtime, counterProjection, 2, ['counter-c1']),
    ]) {
      const error = await filling.catch((reason) => reason);
      expect([error.message, isNewer(error), isPoison(error)]).toEqual([
        expect.stringMatching(/^counter-c1: NewerSchemaVersion: /),
        true,
        false,
      ]);
    }
  });

  test('tells the versions of its views, 0 where there is none', async () => {
    const memory = counterMemory();
    await project(memory.runtime, counters, [started, two]);
    const versions = await readViewVersions(memory.runtime, counterProjection, 'counter', ['c1', 'c2']);
    expect(versions).toEqual(
      new Map([
        ['c1', 2],
        ['c2', 0],
      ]),
    );
  });
});

describe('The versions of views', () => {
  const versions = async (phase: string) => {
    const memory = counterMemory();
    await project(memory.runtime, counters, [started], 1);
    await project(memory.runtime, counters, [started, two], 2);
    const other = { generation: 1, phase, since: AT, segments: 1, expected: 1 };
    memory.readModel.put({ ...generationsKey(counterProjection.name), live: 2, newest: 2, other });
    return readViewVersions(memory.runtime, counterProjection, 'counter', ['c1']);
  };

  test('are the lower ones where an old generation is kept: queries may go back to it', async () => {
    expect(await versions('kept')).toEqual(new Map([['c1', 1]]));
  });

  test.each(['filling', 'comparing', 'ready', 'dropping'])(
    'are the live ones while another is %s',
    async (phase) => {
      expect(await versions(phase)).toEqual(new Map([['c1', 2]]));
    },
  );
});

describe('Comparing two generations', () => {
  const generations = { next: 2, live: 1 };
  const long = Date.parse(AT) + 3_600_000;

  async function filled(now: number, upTo: { next: number; live: number }) {
    const memory = counterMemory({ now: () => now });
    memory.store(life);
    await project(memory.runtime, counters, life.slice(0, upTo.live), 1);
    await project(memory.runtime, counters, life.slice(0, upTo.next), 2);
    return memory;
  }
  const compared = ({ runtime }: ReturnType<typeof counterMemory>) =>
    compare(runtime, counterProjection, generations, ['counter-c1']);

  test('finds nothing where both have reached the stream', async () => {
    const memory = await filled(long, { next: 4, live: 4 });
    expect(await compared(memory)).toEqual({ repaired: [], differing: [] });
    expect(memory.slept).toEqual([]);
  });

  test('repairs the new one, and names what differs in the live one', async () => {
    const memory = await filled(long, { next: 2, live: 3 });
    expect(await compared(memory)).toEqual({ repaired: ['counter-c1'], differing: ['counter-c1'] });
    expect(view(memory, 'G2#')).toMatchObject({ version: 4 });
    expect(view(memory)).toMatchObject({ version: 3 });
  });

  test('waits for what may be on its way: for a stream whose newest event is young, and for no other', async () => {
    const young = await filled(Date.parse(AT) + 30_000, { next: 2, live: 4 });
    expect(await compared(young)).toEqual({ repaired: ['counter-c1'], differing: [] });
    expect(young.slept).toEqual([500, 1_000, 2_000]);
    const old = await filled(long, { next: 2, live: 4 });
    expect(await compared(old)).toEqual({ repaired: ['counter-c1'], differing: [] });
    expect(old.slept).toEqual([]);
  });

  test('waits for a live view that is at another version, and not for one that is wrong at the same', async () => {
    const now = Date.parse(AT) + 30_000;
    const behind = await filled(now, { next: 4, live: 3 });
    expect(await compared(behind)).toEqual({ repaired: [], differing: ['counter-c1'] });
    expect(behind.slept).toEqual([500, 1_000, 2_000]);
    const wrong = await filled(now, { next: 4, live: 4 });
    wrong.readModel.put({ ...view(wrong), pk: 'COUNTER#c1', sk: 'VIEW', total: 7 });
    expect(await compared(wrong)).toEqual({ repaired: [], differing: ['counter-c1'] });
    expect(wrong.slept).toEqual([]);
  });

  test('of a stream that has no view in the live one differs as well', async () => {
    const memory = counterMemory({ now: () => long });
    memory.store(life);
    await fill(memory.runtime, counterProjection, 2, ['counter-c1']);
    expect(await compared(memory)).toEqual({ repaired: [], differing: ['counter-c1'] });
  });
});
