import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { run } from '#tests/support/scripts.ts';
import { documentAt } from './documents.ts';

// The commands of "Removing prod" run in a shell, against a model of what AWS refuses.

const commands = documentAt('docs/deployment.md')
  .blocks.map(({ lines }) => lines)
  .find((lines) => lines.some((line) => line.startsWith('npx sls remove --stage prod')));

const deployed = {
  isProtected: true,
  retains: true,
  isLocked: true,
  copies: [
    'arn:aws:backup:us-east-1:123456789012:recovery-point:1',
    'arn:aws:backup:us-east-1:123456789012:recovery-point:2',
  ],
  stack: 'deployed',
};
type State = typeof deployed;

/** Stands in for `npx sls` and `aws`; refuses what AWS refuses. */
const model = `#!/usr/bin/env node
const { readFileSync, writeFileSync } = require('node:fs');
const state = JSON.parse(readFileSync(process.env.STATE));
const called = process.argv.slice(2).join(' ');
const refuse = (why) => { console.error(called + ': ' + why); process.exit(1); };
if (called === 'sls deploy --stage prod --param protected=false --param deletionPolicy=Delete') {
  state.isProtected = false;
  state.retains = false;
} else if (called === 'sls remove --stage prod') {
  if (state.isProtected) refuse('the stack and its tables are protected');
  if (!state.retains && state.copies.length > 0) refuse('the vault is not empty');
  state.stack = state.retains ? 'removed, with the tables left behind' : 'removed';
} else if (called === 'backup delete-backup-vault-lock-configuration --backup-vault-name orderstream-prod') {
  state.isLocked = false;
} else if (called.startsWith('backup list-recovery-points-by-backup-vault --backup-vault-name orderstream-prod --output text')) {
  console.log(state.copies.join('\\t'));
} else if (called.startsWith('backup delete-recovery-point --backup-vault-name orderstream-prod --recovery-point-arn ')) {
  if (state.isLocked) refuse('the copy must be kept for 35 days');
  const copy = called.split(' ').at(-1);
  if (!state.copies.includes(copy)) refuse('there is no such copy');
  state.copies = state.copies.filter((one) => one !== copy);
} else refuse('is not known');
writeFileSync(process.env.STATE, JSON.stringify(state));
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orderstream-removal-'));
  for (const name of ['npx', 'aws']) {
    await writeFile(join(folder, name), model);
    await chmod(join(folder, name), 0o755);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function remove(
  lines: readonly string[],
): Promise<{ code: number | null; stderr: string; state: State }> {
  const STATE = join(folder, 'state.json');
  await writeFile(STATE, JSON.stringify(deployed));
  const env = { PATH: `${folder}${delimiter}${process.env.PATH}`, STATE };
  const { code, stderr } = await run('bash', ['--norc', '-euc', lines.join('\n')], { env });
  return { code, stderr, state: JSON.parse(await readFile(STATE, 'utf8')) };
}

describe('The way to remove prod that the documentation shows', () => {
  test('leaves nothing', async () => {
    const { code, stderr, state } = await remove(commands ?? []);
    expect([code, stderr]).toEqual([0, '']);
    expect(state).toMatchObject({ stack: 'removed', copies: [] });
  });

  test.each([
    ['the deployment', /^npx sls deploy/, 'are protected'],
    ['the lock', /^aws backup delete-backup-vault-lock/, 'must be kept for 35 days'],
  ])('fails without the step for %s', async (_, step, reason) => {
    const lines = (commands ?? []).filter((line) => !step.test(line));
    expect(lines.length).toBe((commands ?? []).length - 1);
    const { code, stderr } = await remove(lines);
    expect(code).not.toBe(0);
    expect(stderr).toContain(reason);
  });

  test('fails while copies are in the vault', async () => {
    const lines = (commands ?? []).filter((line) => !/^(for|until)/.test(line));
    expect(await remove(lines)).toMatchObject({ code: 1, stderr: expect.stringContaining('is not empty') });
  });
});
