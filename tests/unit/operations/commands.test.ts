import { describe, expect, test } from '@jest/globals';
import { lowestIdAt } from '#kit/events/ids.ts';
import { audit } from '#resources/cli/ops/commands/audit.ts';
import { republish } from '#resources/cli/ops/commands/republish.ts';
import { runOperation as run } from '#tests/support/run-operation.ts';

test('republish passes on where to continue, and adds up', async () => {
  const continuationToken = { startedAt: 1, windows: [] };
  const { asked, outcome } = await run(republish, { 'publisher-failures': true }, [
    {
      published: 5,
      tooOld: 0,
      progress: 0.5,
      publisherFailures: { batches: 2, unreadable: 1 },
      continuationToken,
    },
    { published: 4, tooOld: 3, progress: 1, publisherFailures: { acknowledged: 2 } },
  ]);
  expect(asked[1]).toEqual({ publisherFailures: true, dryRun: false, continuationToken });
  expect(outcome.result).toMatchObject({
    published: 9,
    failures: { batches: 2, acknowledged: 2, unreadable: 1 },
  });
  expect(outcome.text).toContain('2 of 2 are acknowledged.');
  expect(outcome.text).toMatch(/^3 are older /m);
  expect(outcome.ok).toBe(false);
});

test('republish names what can never be published, and is not well', async () => {
  const continuationToken = { startedAt: 1, windows: [] };
  const { outcome } = await run(republish, { 'publisher-failures': true }, [
    {
      published: 5,
      refused: ['a'],
      tooOld: 0,
      progress: 0.5,
      publisherFailures: { batches: 2 },
      continuationToken,
    },
    { published: 4, refused: ['b'], tooOld: 0, progress: 1, publisherFailures: { acknowledged: 2 } },
  ]);
  expect(outcome.result).toMatchObject({ published: 9, refused: ['a', 'b'] });
  expect(outcome.text).toMatch(
    /^2 can never be published; .* says why\.\nTheir batches are acknowledged too/m,
  );
  expect(outcome.ok).toBe(false);
});

describe('audit', () => {
  const chunk = {
    from: '2026-11-22T00:00:00.000Z',
    to: '2026-11-24T00:00:00.000Z',
    redelivered: 0,
    behind: [],
  };
  const lacking = (streamId: string, version: number, ...missingAt: object[]) => ({
    eventType: 'OrderCreated',
    streamId,
    version,
    eventId: lowestIdAt(Date.UTC(2026, 10, 23, 0, version)),
    missingAt,
  });
  const view = { consumer: 'order-view', reached: 1 };

  test('adds up its chunks; where everything has arrived it says so', async () => {
    const continuationToken = { from: 1, to: 2, place: { eventType: 'OrderPaid' } };
    const { asked, shown, outcome } = await run(audit, { from: '2026-11-22', limit: '60' }, [
      { ...chunk, events: 5, progress: 0.5, continuationToken },
      { ...chunk, events: 7, progress: 1 },
    ]);
    const event = { from: '2026-11-22', limit: 60, redeliver: true };
    expect(asked).toEqual([event, { ...event, continuationToken }]);
    expect(shown.at(-1)).toEqual([1, '12 events, 0 behind']);
    expect(outcome.ok).toBe(true);
    expect(outcome.text).toBe(
      '12 events from 2026-11-22T00:00:00.000Z to 2026-11-24T00:00:00.000Z: all have arrived.',
    );
  });

  test('looks again at what it has sent, and is well when that has arrived', async () => {
    const behind = [lacking('order-1', 2, view), lacking('order-2', 2, view)];
    const { asked, outcome } = await run(audit, {}, [
      { ...chunk, events: 9, redelivered: 2, progress: 1, behind },
      { behind: behind.slice(1) },
      { behind: [] },
    ]);
    expect(asked.slice(1)).toEqual([{ events: behind }, { events: behind.slice(1) }]);
    expect(outcome.ok).toBe(true);
    expect(outcome.text).toMatch(
      /2 events of 2 streams had not arrived.\n2 messages went out .* All have arrived now.$/,
    );
  });

  test('names what stays behind, a row for each consumer and stream, and is not well', async () => {
    const behind = [
      lacking('order-1', 2, view, { consumer: 'sales' }),
      lacking('order-1', 3, view),
      lacking('payment-1', 1, { consumer: 'order-payments' }),
    ];
    const { outcome } = await run(audit, {}, [
      { ...chunk, events: 9, redelivered: 3, progress: 1, behind },
      ...[1, 2, 3].map(() => ({ behind })),
    ]);
    expect(outcome.ok).toBe(false);
    expect(outcome.text.split('\n').slice(1)).toEqual([
      '3 messages went out for them. 3 events of 2 streams stay behind:',
      '',
      'consumer        stream     head  reached  since',
      '──────────────  ─────────  ────  ───────  ────────',
      'order-view      order-1    3     1        23 h ago',
      'sales           order-1    2     –        23 h ago',
      'order-payments  payment-1  1     –        23 h ago',
      '',
      'See their dead letters, and audit again.',
    ]);
    expect(outcome.result).toMatchObject({ events: 9, redelivered: 3, stays: behind });
  });

  test('only looks where it shall not heal', async () => {
    const { asked, outcome } = await run(audit, { 'no-redeliver': true }, [
      { ...chunk, events: 9, progress: 1, behind: [lacking('order-1', 2, view)] },
    ]);
    expect(asked).toEqual([{ redeliver: false }]);
    expect(outcome.ok).toBe(false);
    expect(outcome.text).toContain('Nothing was sent.');
  });

  test.each([['soon'], ['-1'], ['5m']])('takes no limit of %s', async (limit) => {
    await expect(run(audit, { limit }, [])).rejects.toThrow('say it in seconds');
  });
});
