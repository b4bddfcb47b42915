import { describe, expect, test } from '@jest/globals';
import type { Command, Values } from '../../../resources/ops/command.ts';
import { deadLetters } from '../../../resources/ops/commands/dead-letters.ts';
import { redrive } from '../../../resources/ops/commands/redrive.ts';
import { republish } from '../../../resources/ops/commands/republish.ts';

/** Runs a command against functions that answer one after the other; tells what they were asked. */
async function run(command: Command, values: Values, answers: object[]) {
  const asked: object[] = [];
  const shown: [number, string][] = [];
  const outcome = await command.run(values, {
    invoke: async (_, event) => {
      asked.push(event);
      const answer = answers.shift();
      if (!answer) throw new Error('asked once too often');
      return answer;
    },
    progress: { show: (part, text) => shown.push([part, text]), done() {} },
    clock: { now: () => 0, sleep: async () => undefined },
  });
  return { asked, shown, outcome };
}

const letter = (messageId: string) => ({
  messageId,
  consumer: 'sales',
  errorName: 'Error',
  errorMessage: 'no',
  fingerprint: 'f00',
  sentAt: '2026-01-01',
});

describe('redrive', () => {
  const chunk = { kept: 2, complete: true, notDeleted: [], failed: [] };
  const brief = (messageId: string) => ({ messageId, fingerprint: 'f00' });

  test('goes on until nothing is left, and adds up', async () => {
    const continuation = { before: 7 };
    const { asked, shown, outcome } = await run(redrive, { consumer: 'sales', rate: '5/s' }, [
      { ...chunk, matched: 3, redriven: [brief('a'), brief('b')], continuation },
      { ...chunk, matched: 1, redriven: [brief('c')], notDeleted: ['c'] },
    ]);
    const event = { consumer: 'sales', rate: 5, dryRun: false };
    expect(asked).toEqual([event, { ...event, continuation }]);
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

  test('is not well where something could not be sent', async () => {
    const failed = [{ messageId: 'a', error: 'too long' }];
    const { outcome } = await run(redrive, { consumer: 'sales' }, [
      { ...chunk, matched: 1, redriven: [], failed },
    ]);
    expect(outcome.ok).toBe(false);
    expect(outcome.text).toContain('Not sent: a: too long');
  });

  test.each([['fast'], ['0'], ['-1'], ['1.5/s'], ['5/m']])('takes no rate of %s', async (rate) => {
    await expect(run(redrive, { consumer: 'sales', rate }, [])).rejects.toThrow('say it as 50/s');
  });
});

test('dead-letters shows a dead letter once though two pages bring it, and counts over all pages', async () => {
  const held: object[] = [];
  const { asked, outcome } = await run(deadLetters, {}, [
    { deadLetters: [letter('a'), letter('b')], held, continuation: { consumers: ['sales'] } },
    { deadLetters: [letter('b'), letter('c')], held },
  ]);
  expect(asked).toEqual([{}, { continuation: { consumers: ['sales'] } }]);
  expect(outcome.result).toMatchObject({ groups: [{ count: 3 }] });
  expect(outcome.text.split('\n')[2]).toMatch(/^3 +sales +f00 /);
});

test('republish passes on where to continue, and adds up', async () => {
  const continuation = { startedAt: 1, windows: [] };
  const { asked, outcome } = await run(republish, { 'publisher-failures': true }, [
    {
      published: 5,
      tooOld: 0,
      progress: 0.5,
      publisherFailures: { batches: 2, unreadable: 1 },
      continuation,
    },
    { published: 4, tooOld: 3, progress: 1, publisherFailures: { settled: 2 } },
  ]);
  expect(asked[1]).toEqual({ publisherFailures: true, dryRun: false, continuation });
  expect(outcome.result).toMatchObject({ published: 9, failures: { batches: 2, settled: 2, unreadable: 1 } });
  expect(outcome.text).toContain('2 of 2 are settled.');
  expect(outcome.text).toMatch(/^3 are older /m);
  expect(outcome.ok).toBe(false);
});
