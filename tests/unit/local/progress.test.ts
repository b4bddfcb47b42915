import { expect, test } from '@jest/globals';
import { startProgress } from '#resources/local/progress.ts';

/** Everything that is written, with times that do not depend on the machine. */
async function shown(isTTY: boolean): Promise<string> {
  let text = '';
  const write = (chunk: unknown) => {
    text += String(chunk);
    return true;
  };
  const { step, done } = startProgress({ isTTY, write } as NodeJS.WriteStream);
  const emulators = Promise.withResolvers<string>();
  const both = Promise.all([step('emulators', emulators.promise), step('functions', Promise.resolve())]);
  await step('template', Promise.resolve());
  emulators.resolve('endpoints');
  expect((await both)[0]).toBe('endpoints');
  done();
  return text;
}

test('a start shows on a terminal what it is busy with, in one line that goes away', async () => {
  const lines = (await shown(true)).split('\r\u001b[2K');
  expect(lines[1]).toBe('Starting: emulators …');
  expect(lines.at(-2)).toBe('Starting: emulators 0.0 s, functions 0.0 s, template 0.0 s');
  expect(lines.at(-1)).toBe('');
});

test('elsewhere it writes a line for each part that is done', async () => {
  expect((await shown(false)).trim().split('\n').sort()).toEqual([
    'Starting: emulators (0.0 s)',
    'Starting: functions (0.0 s)',
    'Starting: template (0.0 s)',
  ]);
});
