import { expect, test } from '@jest/globals';
import { deadlines } from '#resources/cli/ops/commands/deadlines.ts';
import { runOperation as run } from '#tests/support/run-operation.ts';

const FROM = '2026-11-23T00:00:00.000Z';
const TO = '2026-11-24T00:02:00.000Z';
const MIDDLE = '2026-11-23T12:00:00.000Z';
const step = { dryRun: false, from: FROM, to: TO };
const continuationToken = { partition: '2026-11-23T12:00#0', after: {}, to: 3 };
const half = { ...step, sent: 12_000, progress: 0.5, reached: MIDDLE, continuationToken };
const rest = { ...step, sent: 345, progress: 1, reached: TO };

test('Passes on where to continue, adds up, and says what became of it', async () => {
  const { asked, outcome } = await run(deadlines, { from: '2026-11-23', rate: '50/s' }, [half, rest]);
  const event = { from: '2026-11-23', rate: 50, dryRun: false };
  expect(asked).toEqual([event, { ...event, continuationToken }]);
  expect(outcome).toEqual({
    ok: true,
    result: { ...step, sent: 12_345, reached: TO },
    text: [
      '12,345 deadlines went to the queue of deadlines once more.',
      `They are from ${FROM} to ${TO}. What was awaited and has happened stays as it is.`,
    ].join('\n'),
  });
});

test('Says of a dry run what would go', async () => {
  const { asked, outcome } = await run(deadlines, { from: FROM, to: TO, 'dry-run': true }, [
    { ...rest, dryRun: true },
  ]);
  expect(asked).toEqual([{ from: FROM, to: TO, dryRun: true }]);
  expect(outcome.text).toMatch(/^345 deadlines would go /);
});

test('Says after a failure where to go on, and needs a time', async () => {
  await expect(run(deadlines, { from: '2026-11-23' }, [half])).rejects.toThrow(
    `  npm run -s ops -- deadlines --from ${MIDDLE} --to ${TO}`,
  );
  await expect(run(deadlines, {}, [])).rejects.toThrow('--from is needed');
});
