import { describe, expect, test } from '@jest/globals';
import { redrive } from '#resources/cli/ops/commands/redrive.ts';
import { deadLetter } from '#tests/support/dead-letter.ts';
import { runOperation as run } from '#tests/support/run-operation.ts';

const sizes = (visible: number, inFlight = 0, delayed = 0) => ({ queue: { visible, inFlight, delayed } });

describe('redrive', () => {
  const startedAt = '2026-11-23T23:55:00.000Z';
  const chunk = { kept: 2, complete: true, notDeleted: [], failed: [], startedAt };
  const brief = (messageId: string) => ({ messageId, fingerprint: 'f00' });

  test('goes on until nothing is left, and adds up', async () => {
    const continuationToken = { before: 7 };
    const { asked, shown, outcome } = await run(redrive, { consumer: 'sales', rate: '5/s' }, [
      { ...chunk, matched: 3, redriven: [brief('a'), brief('b')], continuationToken },
      { ...chunk, matched: 1, redriven: [brief('c')], notDeleted: ['c'] },
    ]);
    const event = { consumer: 'sales', rate: 5, dryRun: false };
    expect(asked).toEqual([event, { ...event, continuationToken }]);
    expect(shown).toEqual([
      [2 / 3, '2 of 3 redriven'],
      [1, '3 of 3 redriven'],
    ]);
    expect(outcome.ok).toBe(true);
    expect(outcome.result).toMatchObject({
      redriven: [brief('a'), brief('b'), brief('c')],
      notDeleted: ['c'],
    });
    expect(outcome.text).toContain('3 went back to the queue, 2 stay.');
  });

  test('passes on which stream and which cause are selected', async () => {
    const selected = { consumer: 'sales', fingerprint: 'f00', stream: 'order-1' };
    const { asked } = await run(redrive, selected, [{ ...chunk, matched: 0, redriven: [] }]);
    expect(asked).toEqual([{ ...selected, dryRun: false }]);
  });

  test('is not well where something could not be sent', async () => {
    const failed = [{ messageId: 'a', error: 'too long' }];
    const { outcome } = await run(redrive, { consumer: 'sales' }, [
      { ...chunk, matched: 1, redriven: [], failed },
    ]);
    expect(outcome.ok).toBe(false);
    expect(outcome.text).toContain('Not sent: a: too long');
  });

  test('is not well, and says so, where SQS gave no more before the end of the queue', async () => {
    const { outcome } = await run(redrive, { consumer: 'sales', fingerprint: 'f00' }, [
      { ...chunk, matched: 1, redriven: [brief('a')], complete: false, continuationToken: { before: 7 } },
      { ...chunk, matched: 0, redriven: [], complete: false },
    ]);
    expect(outcome.ok).toBe(false);
    expect(outcome.text).toContain('This is not all of the queue');
    expect(outcome.text).toContain('Run it again in three minutes.');
  });

  test('says how many are older than a consumer remembers', async () => {
    const redriven = [{ ...brief('a'), old: true }, brief('b')];
    const { outcome } = await run(redrive, { consumer: 'sales' }, [{ ...chunk, matched: 2, redriven }]);
    expect(outcome.ok).toBe(true);
    expect(outcome.text).toMatch(/^1 of them are of events older than 29 days: /m);
  });

  describe('with --wait', () => {
    const event = (messageId: string, version: number) => ({
      ...brief(messageId),
      eventType: 'OrderPaid',
      streamId: 'order-1',
      version,
    });
    const redriven = [event('a', 1), event('b', 2)];
    const dead = (messageId: string, version: number, sentAt: string) => ({
      ...deadLetter(messageId),
      ...event(messageId, version),
      sentAt,
    });

    test('polls until the queue is empty three times in a row, whatever state its messages are in', async () => {
      const { asked, shown, outcome } = await run(redrive, { consumer: 'sales', wait: true }, [
        { ...chunk, matched: 2, redriven },
        sizes(2),
        sizes(0),
        sizes(0, 1),
        sizes(0, 0, 1),
        ...[sizes(0), sizes(0), sizes(0)],
        { deadLetters: [], held: [] },
      ]);
      expect(asked.slice(1, -1)).toEqual(Array(7).fill({ sizes: true, consumer: 'sales' }));
      expect(shown).toContainEqual([0.5, '1 in the queue of sales']);
      expect(outcome.ok).toBe(true);
      expect(outcome.text).toContain('The queue is empty.\nNothing has come back dead.');
      expect(outcome.result).toMatchObject({ drained: true, left: 0, dead: [] });
    });

    test('names by cause what came back dead, and not what was dead before or is new', async () => {
      const { outcome } = await run(redrive, { consumer: 'sales', wait: true }, [
        { ...chunk, matched: 2, redriven },
        ...[sizes(0), sizes(0), sizes(0)],
        {
          held: [],
          deadLetters: [
            dead('c', 1, '2026-11-23T23:58:00.000Z'),
            dead('d', 2, '2026-11-23T23:54:00.000Z'),
            dead('e', 3, '2026-11-23T23:58:00.000Z'),
          ],
        },
      ]);
      expect(outcome.ok).toBe(false);
      expect(outcome.result).toMatchObject({ dead: [{ count: 1, fingerprint: 'f00' }] });
      expect(outcome.text).toMatch(/^1 has come back dead:\ncount .*\n.*\n1 +sales +f00 +2 min ago /m);
    });

    test('gives up after a quarter of an hour, and is not well', async () => {
      const polls = Array.from({ length: 900 }, () => sizes(1));
      const { outcome } = await run(redrive, { consumer: 'sales', wait: true }, [
        { ...chunk, matched: 2, redriven },
        ...polls,
        { deadLetters: [], held: [] },
      ]);
      expect(outcome).toMatchObject({ ok: false, result: { drained: false, left: 1 } });
      expect(outcome.text).toContain('The queue still has 1 messages.');
    });

    test('does not go with a dry run', async () => {
      const values = { consumer: 'sales', wait: true, 'dry-run': true };
      await expect(run(redrive, values, [])).rejects.toThrow('do not go together');
    });
  });

  test.each([['fast'], ['0'], ['-1'], ['1.5/s'], ['5/m']])('takes no rate of %s', async (rate) => {
    await expect(run(redrive, { consumer: 'sales', rate }, [])).rejects.toThrow('say it as 50/s');
  });
});
