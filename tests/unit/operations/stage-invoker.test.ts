import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type InvokeByName, stageInvoker } from '#resources/cli/ops/invokers.ts';

// In place of the framework: answers what it was called with, and fails where the event says so, as `sls invoke` does.
const script = `
const { readFileSync } = require('node:fs');
const args = process.argv.slice(2);
const event = JSON.parse(readFileSync(args.at(-1), 'utf8'));
if (event.fail) {
  console.log(JSON.stringify({ errorType: 'InvalidOperation', errorMessage: event.fail }, null, 4));
  console.error('Invoked function failed');
  process.exit(1);
}
if (event.refuse) {
  console.error('no credentials');
  process.exit(1);
}
console.log(JSON.stringify({ args: args.slice(0, -1), length: event.text.length }, null, 4));
`;

let folder: string;
let invoke: InvokeByName;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orderstream-fake-sls-'));
  const sls = join(folder, 'sls.cjs');
  await writeFile(sls, script);
  invoke = stageInvoker(folder, { stage: 'staging', region: 'eu-west-1', sls });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('A function of a stage is run by sls invoke, with an event of any length', async () => {
  expect(await invoke('redrive', { text: 'x'.repeat(300_000) })).toEqual({
    args: ['invoke', '--function', 'redrive', '--stage', 'staging', '--region', 'eu-west-1', '--path'],
    length: 300_000,
  });
});

test('What the function threw is said, and else what sls says', async () => {
  await expect(invoke('redrive', { fail: 'no consumer is called x' })).rejects.toThrow(
    'no consumer is called x',
  );
  await expect(invoke('redrive', { refuse: true })).rejects.toThrow('no credentials');
});
