import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { node, root } from '#tests/support/scripts.ts';

const folder = mkdtempSync(join(tmpdir(), 'threads-'));
/** Exists once a function has said that its thread ends. */
const ended = join(folder, 'ended');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(() => {
  writeFileSync(
    join(folder, 'functions.mjs'),
    `
    import { writeFileSync } from 'node:fs';
    export const fine = async (event) => 'fine ' + event;
    export const fails = async () => { throw new RangeError('of its own'); };
    export const throwsLater = () => new Promise(() => setTimeout(() => { throw new TypeError('later'); }));
    export const rejectsUnseen = () => new Promise(() => { Promise.reject(new TypeError('unseen')); });
    export const exits = () => process.exit(3);
    export const diesAfterwards = async (event) => { setTimeout(() => process.exit(4)); return 'alive ' + event; };
    export const answersAndEnds = async (event) => {
      if (event > 0) {
        process.once('exit', () => writeFileSync(${JSON.stringify(ended)}, ''));
        setTimeout(() => process.exit(5));
      }
      return 'answered ' + event;
    };
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
    import { existsSync } from 'node:fs';
    const block = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    const names = ${JSON.stringify(names)};
    const ends = [];
    process.on('worker', (thread) => {
      ends.push(new Promise((resolve) => thread.once('exit', resolve)));
      const { postMessage } = thread;
      thread.postMessage = (message, ports) => {
        postMessage.call(thread, message, ports);
        // This thread looks at nothing before both the answer and the end are there.
        if (names[message.event] !== 'answersAndEnds' || message.event === 0) return;
        while (!existsSync(${JSON.stringify(ended)})) block(20);
        block(200);
      };
    });
    const { boundWorkers } = await import(${module('workers.ts')});
    const { letInvocationsEnd, limitMemory } = await import(${module('threads.ts')});
    const { internal } = await import(${module('modules.ts')});
    limitMemory();
    await Promise.all([boundWorkers(), letInvocationsEnd()]);
    const { default: Pool } = await internal('./lambda/LambdaFunctionPool.js');
    const pool = new Pool(${JSON.stringify(serverless)}, { noTimeout: true });
    for (const [index, name] of names.entries()) {
      const invocation = pool.get(name, { name, handler: 'functions.' + name });
      invocation.setEvent(index);
      if (index % 2 === 0) invocation.setClientContext({ custom: { traceHeader: 'Root=' + index } });
      const answer = await invocation.runHandler().catch((error) => error.name + ': ' + error.message);
      console.log('answer: ' + answer);
      if (name === 'diesAfterwards') await ends.at(-1);
    }
    process.exit(0);`;
  const file = join(folder, 'program.mjs');
  // Threads inherit the flags that a program on the command line needs, and do not take them.
  writeFileSync(file, program);
  const { stdout } = await node([file]);
  return [...stdout.matchAll(/^answer: (.*)$/gm)].map(([, answer = '']) => answer);
}

const withoutAnswer = (why: string) => `ThreadEnded: The function has ended without an answer: ${why}`;

test('A function that ends its thread fails alone: this process goes on, and the next event gets a new thread', async () => {
  const answers = await invoke(
    ...['fine', 'throwsLater', 'fine', 'throwsLater', 'rejectsUnseen', 'exits', 'fails'],
    ...['takesAllMemory', 'takesAllMemory', 'fine'],
  );
  expect(answers).toEqual([
    'fine 0',
    withoutAnswer('TypeError: later'),
    'fine 2',
    withoutAnswer('TypeError: later'),
    withoutAnswer('TypeError: unseen'),
    withoutAnswer('exit 3'),
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

test('An answer counts that arrives together with the end of its thread', async () => {
  expect(await invoke('answersAndEnds', 'answersAndEnds')).toEqual(['answered 0', 'answered 1']);
}, 60_000);
