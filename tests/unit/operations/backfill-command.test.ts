import { expect, test } from '@jest/globals';
import { backfill } from '#resources/cli/ops/commands/backfill.ts';
import { widthOf } from '#resources/cli/text.ts';
import { runOperation as run } from '#tests/support/run-operation.ts';

const FROM = '2026-11-01T00:00:00.000Z';
const TO = '2026-11-24T00:00:00.000Z';
const asked = { consumer: 'gift-wrapping', from: '2026-11-01' };
const step = { consumer: 'gift-wrapping', dryRun: false, from: FROM, to: TO, tooOld: 0 };
const continuationToken = { after: 'an id', startedAt: 2, to: 3 };
const half = { ...step, sent: 12_000, progress: 0.5, reached: '2026-11-12T12:00:00.000Z', continuationToken };
const rest = { ...step, sent: 345, progress: 1, reached: TO };

test('Passes on where to continue, adds up, and says whose queue it was', async () => {
  const { asked: events, outcome } = await run(backfill, { ...asked, rate: '50/s' }, [half, rest]);
  const event = { ...asked, rate: 50, dryRun: false };
  expect(events).toEqual([event, { ...event, continuationToken }]);
  expect(outcome).toEqual({
    ok: true,
    result: { ...step, sent: 12_345, reached: TO },
    text: [
      '12,345 events went to the queue of gift-wrapping, and to no other.',
      `Its filter lets them through; they are from ${FROM} to ${TO}.`,
    ].join('\n'),
  });
});

test('Shows beside the bar where it is, how fast, and the time left', async () => {
  const { shown } = await run(backfill, asked, [half, rest], 60_000);
  expect(shown).toEqual([
    [0.5, '12,000 events to 2026-11-12T12:00:00.000Z, 200/s, 1:00 left'],
    [1, `12,345 events to ${TO}, 103/s`],
  ]);
  const bar = 20 + ' 100 % '.length;
  for (const [, text] of shown) expect(bar + widthOf(text)).toBeLessThanOrEqual(100);
});

test('Says of a dry run what would go', async () => {
  const { asked: events, outcome } = await run(backfill, { ...asked, 'dry-run': true }, [
    { ...rest, dryRun: true },
  ]);
  expect(events).toMatchObject([{ dryRun: true }]);
  expect(outcome.text).toMatch(/^345 events would go to the queue of gift-wrapping, /);
});

test('Says after a failure where to go on, with the flags that were given', async () => {
  const flags = { ...asked, rate: '50/s', old: true };
  await expect(run(backfill, flags, [half])).rejects.toThrow(
    [
      'asked once too often',
      'Everything before 2026-11-12T12:00:00.000Z is sent. To go on, with the same --stage:',
      `  npm run -s ops -- backfill --consumer gift-wrapping --from 2026-11-12T12:00:00.000Z --rate 50/s --old --to ${TO}`,
    ].join('\n'),
  );
  await expect(run(backfill, flags, [])).rejects.toThrow(/^asked once too often$/);
});

test('Names what is left out or refused, and a better tool for a projection, in lines that fit', async () => {
  const { outcome } = await run(backfill, { ...asked, consumer: 'order-view' }, [
    { ...half, consumer: 'order-view', projection: true, tooOld: 3, refused: ['a'] },
    { ...rest, consumer: 'order-view', projection: true, refused: ['b'] },
  ]);
  expect(outcome.ok).toBe(false);
  expect(outcome.result).toMatchObject({ tooOld: 3, refused: ['a', 'b'] });
  expect(outcome.text.split('\n').slice(2)).toEqual([
    '3 are left out. They are older than 29 days: if order-view had them before, it may have',
    'forgotten that, and would count or notify twice. For a consumer that is new, --old takes them in.',
    '2 can never be sent; the log of the function republish says why.',
    'order-view is a projection, so a rebuild reaches the same and sends nothing:',
    '  npm run -s ops -- rebuild --projection order-view',
  ]);
  for (const line of outcome.text.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(100);
});

test.each([
  [{ from: '2026-11-01' }, '--consumer is needed'],
  [{ consumer: 'sales' }, '--from is needed'],
  [{ ...asked, rate: 'fast' }, '--rate fast'],
])('Given %j it asks no function', async (values, message) => {
  await expect(run(backfill, values, [])).rejects.toThrow(message);
});
