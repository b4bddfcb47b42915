import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { npmStart, type Started } from '#tests/support/npm-start.ts';
import { node, root, run } from '#tests/support/scripts.ts';
import { commandsOf, type Proof, proofs, proofsOf, shownIn } from './commands.ts';
import { documentAt, documents } from './documents.ts';

const shown = shownIn(documents);
const all = shown.flatMap(({ commands }) => commands);
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** The order that the pages name in their examples. */
const EXAMPLE_ORDER = '01a20841-31d2-7395-92c9-cbbd5feea05f';

/** The days that the pages name are ever longer ago, and the audit walks over each. */
const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

describe('Commands that the documentation shows', () => {
  test('have exactly one proof each: run here, by a test, or with the reason why not', () => {
    expect(all.length).toBeGreaterThan(40);
    expect(all.filter((command) => proofsOf(command).length !== 1)).toEqual([]);
  });

  test('are all that the list of proofs is about', () => {
    expect(proofs.filter(([pattern]) => !all.some((command) => pattern.test(command)))).toEqual([]);
  });

  test('are proved by tests that exist', () => {
    const files = proofs.flatMap(([, proof]) => ('test' in proof ? [proof.test] : []));
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  test('are scripts of package.json where they are npm scripts, in text as well', () => {
    const named = documents.flatMap(({ lines }) =>
      lines.flatMap((line) =>
        [...line.matchAll(/\bnpm run (?:-s )?([\w-]+(?::[\w-]+)*)/g)].map(([, name = '']) => name),
      ),
    );
    expect(named.length).toBeGreaterThan(20);
    expect([...new Set(named)].filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  test('are read from blocks with comments, continued lines and prompts', () => {
    const lines = ['# A comment', 'a --b \\', '  c   # why', '', "d '#1'"];
    expect(commandsOf({ language: 'sh', lines })).toEqual(['a --b c', "d '#1'"]);
    expect(commandsOf({ language: 'console', lines: ['$ a', 'output', '$ b'] })).toEqual(['a', 'b']);
    expect(commandsOf({ language: 'yaml', lines })).toEqual([]);
  });
});

test('The page on operation commands shows the usage as the command line prints it', async () => {
  const { stdout } = await node(['resources/cli/ops/ops.ts', '--help']);
  const usage = stdout.trim().split('\n').slice(0, -1);
  const block = documentAt('docs/operations/commands.md').blocks.find(({ language }) => language === 'text');
  expect(block?.lines).toEqual(usage);
});

describe('On a local run', () => {
  let system: Started;
  let orderId = '';
  beforeAll(async () => {
    system = await npmStart();
    const { body } = await system.request<{ orderId: string }>('POST', '/orders', {
      body: {
        items: [{ sku: 'TEA-01', quantity: 2 }],
        shippingAddress: { line1: '1 Main Street', city: 'Springfield', postalCode: '12345', country: 'US' },
      },
    });
    orderId = body.orderId;
  }, 90_000);
  afterAll(() => system?.stop(), 30_000);

  const isRunHere = (proof: Proof | undefined) => proof !== undefined && 'runs' in proof;
  const blocks = shown
    .map(({ path, commands }) => ({ path, commands: commands.filter((one) => isRunHere(proofsOf(one)[0])) }))
    .filter(({ commands }) => commands.length > 0)
    .map((block) => [block.path, block.commands] as const);

  // The commands of a block are one script: a later one may use a variable that an earlier one has set.
  test.each(blocks)(
    'the commands of %s end well and print what they should: %j',
    async (_, commands) => {
      const script = ['set -e', ...commands]
        .join('\n')
        .replaceAll('localhost:3000', new URL(system.run.httpUrl).host)
        .replaceAll(EXAMPLE_ORDER, orderId)
        .replace(/--from \S+/g, `--from ${daysAgo(2)}`)
        .replace(/--to \S+/g, `--to ${daysAgo(0)}`);
      const { code, stdout, stderr } = await run('sh', ['-c', script], { env: system.env });
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
      for (const command of commands) {
        const [proof] = proofsOf(command);
        if (proof && 'runs' in proof) expect(stdout).toMatch(proof.prints);
      }
    },
    300_000,
  );
});
