import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { node, root } from '#tests/support/scripts.ts';

const folder = mkdtempSync(join(tmpdir(), 'threads-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(() => {
  writeFileSync(
    join(folder, 'functions.mjs'),
    `
    export const fine = async (event) => 'fine ' + event;
    export const fails = async () => { throw new RangeError('of its own'); };
    export const throwsLater = () => new Promise(() => setTimeout(() => { throw new TypeError('later'); }));
    export const rejectsUnseen = () => new Promise(() => { Promise.reject(new TypeError('unseen')); });
    export const exits = () => process.exit(3);
    export const diesAfterwards = async (event) => { setTimeout(() => process.exit(4)); return 'alive ' + event; };
    export const traced = async () => String(process.env._X_AMZN_TRACE_ID);
    const kept = [];
    export const takesAllMemory = async () => { for (;;) kept.push(new Array(1e6).fill(kept.length + 0.5)); };
    `,
  );
});

/** Runs those functions one after the other as the local run does, in a process of its own; answers with what each one gave. */
async function invoke(...names: string[]): Promise<string[]> {
  const module = (name: string) => {
    const path = join(root, 'resources/local/serverless-offline', name);
    return JSON.stringify(pathToFileURL(path).href);
  };
  const serverless = {
    serviceDir: folder,
    config: { servicePath: folder },
    service: { provider: { name: 'aws', runtime: 'nodejs24.x', region: 'eu-west-1', stage: 'dev' } },
  };
  const program = `
    const { boundWorkers } = await import(${module('workers.ts')});
    const { letInvocationsEnd, limitMemory } = await import(${module('threads.ts')});
    const { internal } = await import(${module('modules.ts')});
    limitMemory();
    await Promise.all([boundWorkers(), letInvocationsEnd()]);
    const { default: Pool } = await internal('./lambda/LambdaFunctionPool.js');
    const pool = new Pool(${JSON.stringify(serverless)}, { noTimeout: true });
    for (const [index, name] of ${JSON.stringify(names)}.entries()) {
      const invocation = pool.get(name, { name, handler: 'functions.' + name });
      invocation.setEvent(index);
      if (index % 2 === 0) invocation.setClientContext({ custom: { traceHeader: 'Root=' + index } });
      const answer = await invocation.runHandler().catch((error) => error.name + ': ' + error.message);
      console.log('answer: ' + answer);
      // So that what comes afterwards has come.
      if (name === 'diesAfterwards') await new Promise((resolve) => setTimeout(resolve, 200));
    }
    process.exit(0);`;
  const file = join(folder, 'program.mjs');
  // Threads inherit the flags that a program on the command line needs, and do not take them.
  writeFileSync(file, program);
  const { stdout } = await node([file]);
  return [...stdout.matchAll(/^answer: (.*)$/gm)].map(([, answer = '']) => answer);
}

const ended = (why: string) => `ThreadEnded: The function has ended without an answer: ${why}`;

test('A function that ends its thread fails alone: this process goes on, and the next event gets a new thread', async () => {
  const answers = await invoke(
    ...['fine', 'throwsLater', 'fine', 'throwsLater', 'rejectsUnseen', 'exits', 'fails'],
    ...['takesAllMemory', 'takesAllMemory', 'fine'],
  );
  expect(answers).toEqual([
    'fine 0',
    ended('TypeError: later'),
    'fine 2',
    ended('TypeError: later'),
    ended('TypeError: unseen'),
    ended('exit 3'),
    'RangeError: of its own',
    expect.stringContaining('reaching memory limit'),
    expect.stringContaining('reaching memory limit'),
    'fine 9',
  ]);
}, 60_000);

test('A function has the trace header of its invocation, and never that of an earlier one', async () => {
  expect(await invoke('traced', 'traced', 'traced')).toEqual(['Root=0', 'undefined', 'Root=2']);
}, 60_000);

test('A thread that ends between two events is replaced, and nobody notices', async () => {
  expect(await invoke('diesAfterwards', 'diesAfterwards')).toEqual(['alive 0', 'alive 1']);
}, 60_000);
