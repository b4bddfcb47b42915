import { describe, expect, test } from '@jest/globals';
import type { Values } from '#resources/cli/ops/command.ts';
import { rebuild } from '#resources/cli/ops/commands/rebuild.ts';

const since = '2026-11-24T12:00:00.000Z';
const first = { projection: 'order-view', live: 1, newest: 1 };
const other = (phase: string, generation = 2) => ({ generation, phase, since });
const work = (part: number, done: number, more: object = {}) => ({
  work: { part, done, segments: { ended: 0, of: 4 }, waitsFor: 0, failed: [], waiting: 0, ...more },
});
const comparison = { streams: 1_200, repaired: 0, differing: 2, examples: ['order-a', 'order-b'] };
const ready = { ...first, other: other('ready'), comparison };
const switched = { projection: 'order-view', live: 2, liveSince: since, newest: 2, other: other('kept', 1) };

/** Runs the command against answers by action, the last of which is repeated; every pause takes ten seconds. */
async function run(values: Values, answers: Record<string, object[]>) {
  const asked: string[] = [];
  const shown: [number, string][] = [];
  let now = 0;
  const outcome = await rebuild.run(
    { projection: 'order-view', ...values },
    {
      invoke: async (name, event) => {
        expect(name).toBe('rebuild');
        const { action, projection: _, ...more } = event as { action: string; projection: string };
        asked.push([action, ...Object.values(more)].join(' '));
        const [answer, ...rest] = answers[action] ?? [];
        if (!answer) throw new Error(`nobody expected ${action}`);
        if (rest.length > 0) answers[action] = rest;
        if (answer instanceof Error) throw answer;
        return answer;
      },
      progress: { show: (part, text) => shown.push([part, text]), done() {} },
      clock: {
        now: () => now,
        sleep: async () => {
          now += 10_000;
        },
      },
    },
  );
  return { asked, shown, outcome };
}

describe('rebuild', () => {
  test('starts, waits with rate and time left, and switches', async () => {
    const { asked, shown, outcome } = await run(
      { segments: '8' },
      {
        status: [first],
        start: [{ ...first, other: other('filling'), ...work(0, 0, { waitsFor: 30 }) }],
        advance: [
          { ...first, other: other('filling'), ...work(0.1, 120) },
          { ...first, other: other('filling'), ...work(0.5, 600) },
          { ...first, other: other('comparing'), ...work(0, 0) },
          { ...first, other: other('comparing'), ...work(0.2, 240), comparison },
          ready,
        ],
        switch: [switched],
      },
    );
    expect(asked).toEqual(['status', 'start 8', ...Array(5).fill('advance'), 'switch']);
    expect(shown).toEqual([
      [0, 'filling begins in 30 s, when every process knows of it'],
      [0.1, 'filling: 120 streams'],
      [0.5, 'filling: 600 streams, 48/s, 0:12 left'],
      [0, 'comparing: 0 streams'],
      [0.2, 'comparing: 240 streams, 24/s, 0:40 left'],
    ]);
    expect(outcome.ok).toBe(true);
    expect(outcome.result).toEqual({ ...switched, comparison });
    expect(outcome.text.split('\n')).toEqual([
      `order-view: generation 2 is live, since ${since}; generation 1 is kept since ${since}.`,
      'The kept one gets every event too: --rollback goes back to it, --drop deletes it.',
      'Compared 1,200 streams: 0 repaired, 2 not as in the live one: order-a, order-b.',
    ]);
  });

  test('goes on with what had begun before it was killed', async () => {
    const filling = { ...first, other: other('filling'), ...work(0.4, 500) };
    const { asked, outcome } = await run({}, { status: [filling], advance: [ready], switch: [switched] });
    expect(asked).toEqual(['status', 'advance', 'switch']);
    expect(outcome.text).toContain(
      'Went on with the rebuild that was under way (generation 2 is being filled since',
    );
  });

  test('does not divide anew what is under way', async () => {
    await expect(run({ segments: '8' }, { status: [ready] })).rejects.toThrow('leave --segments out');
  });

  test('--no-switch leaves it ready', async () => {
    const { asked, outcome } = await run({ 'no-switch': true }, { status: [ready] });
    expect(asked).toEqual(['status']);
    expect(outcome.text).toContain('run this again to switch to it, or --cancel it');
    expect(outcome.ok).toBe(true);
  });

  test('ends well where somebody else has switched', async () => {
    const { outcome } = await run(
      {},
      { status: [ready, switched], switch: [new Error('generation 1 is kept')] },
    );
    expect(outcome.result).toMatchObject({ live: 2 });
  });

  test('says so where somebody else has cancelled it', async () => {
    const filling = { ...first, other: other('filling'), ...work(0.4, 500) };
    const dropping = { ...first, other: other('dropping'), ...work(0, 0) };
    const { outcome } = await run({}, { status: [filling], advance: [dropping] });
    expect(outcome.ok).toBe(false);
    expect(outcome.text).toContain('Somebody has given up generation 2.');
  });

  test('gives up when nothing moves any more and dead letters say why', async () => {
    const failed = [{ segment: 3, error: 'StreamFailed: order-x: NewerSchemaVersion' }];
    const stuck = { ...first, other: other('filling'), ...work(0.4, 500, { failed }) };
    const { asked, shown, outcome } = await run({}, { status: [stuck], advance: [stuck] });
    expect(asked).toEqual(['status', 'advance', 'advance']);
    expect(shown[0]).toEqual([0.4, 'filling: 500 streams, 1 in the dead letters']);
    expect(outcome.ok).toBe(false);
    expect(outcome.text).toContain('Segment 3 is in the dead letters: StreamFailed: order-x');
    expect(outcome.text).toContain('npm run ops -- redrive --consumer order-view');
  });

  test('--drop and --cancel wait until the generation is gone, also one that is on its way out', async () => {
    const dropping = { ...switched, other: other('dropping', 1), ...work(0.5, 10) };
    const gone = { projection: 'order-view', live: 2, newest: 2 };
    const dropped = await run({ drop: true }, { status: [switched], drop: [dropping], advance: [gone] });
    expect(dropped.asked).toEqual(['status', 'drop', 'advance']);
    expect(dropped.shown).toEqual([[0.5, 'dropping: 10 items']]);
    expect(dropped.outcome.text).toBe('order-view: generation 2 is live.');
    const again = await run({ cancel: true }, { status: [dropping], advance: [gone] });
    expect(again.asked).toEqual(['status', 'advance']);
  });

  test('--rollback and --status are one call', async () => {
    expect((await run({ rollback: true }, { rollback: [switched] })).asked).toEqual(['rollback']);
    expect((await run({ status: true }, { status: [ready] })).asked).toEqual(['status']);
  });

  test.each([
    [{ drop: true, rollback: true }, '--rollback and --drop do not go together'],
    [{ status: true, segments: '2' }, '--status and --segments do not go together'],
    [{ segments: '65' }, 'say a number from 1 to 64'],
    [{ segments: 'many' }, '--segments many: say a number from 1 to 64'],
    [{ projection: undefined }, '--projection is needed'],
  ])('takes no %j', async (values, reason) => {
    await expect(run(values, {})).rejects.toThrow(reason);
  });
});
