import { describe, expect, test } from '@jest/globals';
import { deadLetters } from '#resources/cli/ops/commands/dead-letters.ts';
import { discard } from '#resources/cli/ops/commands/discard.ts';
import { widthOf } from '#resources/cli/text.ts';
import { deadLetter } from '#tests/support/dead-letter.ts';
import { runOperation as run } from '#tests/support/run-operation.ts';

test('dead-letters shows a dead letter once though two pages bring it, and counts over all pages', async () => {
  const held: object[] = [];
  const { asked, outcome } = await run(deadLetters, {}, [
    { deadLetters: [deadLetter('a'), deadLetter('b')], held, continuationToken: { consumers: ['sales'] } },
    { deadLetters: [deadLetter('b'), deadLetter('c')], held },
  ]);
  expect(asked).toEqual([{}, { continuationToken: { consumers: ['sales'] } }]);
  expect(outcome.result).toMatchObject({ groups: [{ count: 3 }], complete: true });
  expect(outcome.text.split('\n')[2]).toMatch(/^3 +sales +f00 /);
});

test('dead-letters ends at a page that brings nothing new: of a very long queue the first come again', async () => {
  const continuationToken = { consumers: ['sales'] };
  const page = (...ids: string[]) => ({
    deadLetters: ids.map((id) => deadLetter(id)),
    held: [],
    continuationToken,
  });
  const { outcome } = await run(deadLetters, {}, [page('a', 'b'), page('b', 'c'), page('a', 'c')]);
  expect(outcome.result).toMatchObject({ groups: [{ count: 3 }], complete: false });
  expect(outcome.text).toMatch(/\n\nThere may be more: a queue of more than about 100,000 dead letters /);
});

test('dead-letters --message ends when it has looked at as many as SQS keeps in flight', async () => {
  const looks = Array.from({ length: 100 }, () => ({ inFlight: 0, continuationToken: true }));
  await expect(run(deadLetters, { consumer: 'sales', message: '12345678' }, looks)).rejects.toThrow(
    '12345678 is not among the 120,000 dead letters of sales that were looked at.',
  );
  expect(looks).toHaveLength(40);
});

test.each([
  ['nothing that can be read', {}],
  ['a long error', { errorName: 'E'.repeat(300), errorMessage: 'so\nlong '.repeat(300) }],
  [
    'wide and invisible characters',
    { eventType: '漢字💥'.repeat(90), streamId: '\u202e\u200b💥\u001b[31m'.repeat(90) },
  ],
  ['a number for a name', { version: 1e21, receiveCount: 1e21, consumer: 'c'.repeat(300) }],
])('dead-letters keeps its lines to 100 columns with %s', async (_, more) => {
  const { outcome } = await run(deadLetters, {}, [
    { deadLetters: [{ ...deadLetter('a'), ...more }], held: [] },
  ]);
  expect(outcome.text.split('\n').filter((line) => widthOf(line) > 100)).toEqual([]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
  expect(outcome.text).not.toMatch(/[\u001b\u202e\u200b]/);
});

test('dead-letters says when each cause was seen, both as a time and how long ago', async () => {
  const times = { firstFailureAt: '2026-11-23T23:00:00.000Z', lastFailureAt: '2026-11-23T23:59:18.000Z' };
  const { outcome } = await run(deadLetters, {}, [
    { deadLetters: [{ ...deadLetter('a'), ...times }], held: [] },
  ]);
  expect(outcome.text).toContain(
    'first 2026-11-23T23:00:00.000Z (1 h ago), last 2026-11-23T23:59:18.000Z (42 s ago)',
  );
});

describe('dead-letters --message', () => {
  const whole = {
    ...deadLetter('0a1b2c3d-full'),
    receiveCount: 5,
    firstFailureAt: '2026-11-23T23:00:00.000Z',
    lastFailureAt: '2026-11-23T23:59:18.000Z',
    body: '{"data":{"text":"\u202e"}}',
    attributes: { errorName: 'Error', eventType: 'OrderPaid' },
  };
  const values = { consumer: 'sales', message: '0a1b2c3d' };

  test('shows history, attributes and body, and looks on in a long queue', async () => {
    const { asked, outcome } = await run(deadLetters, values, [
      { inFlight: 0, continuationToken: true },
      { inFlight: 0, message: whole },
    ]);
    expect(asked).toEqual([values, { ...values, continuationToken: true }]);
    expect(outcome.result).toEqual(whole);
    expect(outcome.text.split('\n')).toEqual([
      'message        0a1b2c3d-full',
      'consumer       sales',
      'reason         Error: no',
      'fingerprint    f00',
      'receives       5',
      'first failure  2026-11-23T23:00:00.000Z (1 h ago)',
      'last failure   2026-11-23T23:59:18.000Z (42 s ago)',
      'sent           2026-11-23T23:57:00.000Z (3 min ago)',
      '',
      'attributes',
      '  eventType  OrderPaid',
      '',
      'body',
      '{',
      '  "data": {',
      '    "text": "\\u{202e}"',
      '  }',
      '}',
    ]);
  });

  test('shows a body that is no JSON as it is, and what is not known as that', async () => {
    const { firstFailureAt, lastFailureAt, receiveCount, ...rest } = whole;
    const message = { ...rest, body: 'not\n\u001b[31m{', attributes: {} };
    const { outcome } = await run(deadLetters, values, [{ inFlight: 0, message }]);
    expect(outcome.text).toMatch(/\nreceives +not known\nfirst failure +not known\n/);
    expect(outcome.text).toMatch(/\nattributes\n {2}none\n\nbody\nnot\n\\u\{1b\}\[31m\{$/);
  });

  test('says where there is none, and needs its consumer', async () => {
    await expect(run(deadLetters, values, [{ inFlight: 2 }])).rejects.toThrow(
      'sales has no dead letter 0a1b2c3d. 2 more are in flight at this moment.',
    );
    await expect(run(deadLetters, { message: '0a1b2c3d' }, [])).rejects.toThrow('needs its --consumer');
  });
});

describe('discard', () => {
  const selected = { consumer: 'sales', fingerprint: 'f00' };
  const discarded = [{ messageId: 'a', fingerprint: 'f00', streamId: 'order-1', version: 1 }];
  const chunk = { matched: 1, kept: 4, complete: true, discarded, notDeleted: [] };

  test('without --yes says what would be deleted, and asks for a dry run', async () => {
    const { asked, outcome } = await run(discard, selected, [chunk]);
    expect(asked).toEqual([{ discard: true, ...selected, dryRun: true }]);
    expect(outcome.ok).toBe(true);
    expect(outcome.text).toMatch(
      /order-1.*\n1 would be deleted, 4 stay.\nNothing was deleted. Run it again with --yes/,
    );
  });

  test('with --yes deletes, and goes on until nothing is left', async () => {
    const continuationToken = { before: 7 };
    const { asked, outcome } = await run(discard, { ...selected, yes: true }, [
      { ...chunk, matched: 2, continuationToken },
      chunk,
    ]);
    const event = { discard: true, ...selected, dryRun: false };
    expect(asked).toEqual([event, { ...event, continuationToken }]);
    expect(outcome.text).toContain('2 are deleted, 4 stay.');
    expect(outcome.text).not.toContain('--yes');
  });

  test('is not well where SQS would not delete one', async () => {
    const { outcome } = await run(discard, { ...selected, yes: true }, [{ ...chunk, notDeleted: ['b'] }]);
    expect(outcome.ok).toBe(false);
    expect(outcome.text).toContain('1 are still here, since SQS would not delete them.');
  });

  test.each([[{ consumer: 'sales' }], [{ fingerprint: 'f00' }]])(
    'needs consumer and cause: %j',
    async (values) => {
      await expect(run(discard, { ...values, yes: true }, [])).rejects.toThrow('is needed');
    },
  );
});
