import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { stackOutputs } from '#resources/cli/stack-outputs.ts';
import { node, root, run } from '#tests/support/scripts.ts';

// A repository with two versions, and in npm's place a script that writes down what it was asked, where.

const npm = `#!/bin/sh
echo "$(cat version.txt) $*" >> "$NPM_LOG"
[ "$1 $2" != "$NPM_FAILS" ]
`;

let folder: string;
let repository: string;

const git = async (...args: string[]) => {
  const { code, stderr, stdout } = await run('git', args, { cwd: repository });
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orderstream-rollback-test-'));
  repository = join(folder, 'repository');
  await run('git', ['init', '-q', repository]);
  await git('config', 'user.email', 'test@example.com');
  await git('config', 'user.name', 'test');
  for (const version of ['v1.0.0', 'v2.0.0']) {
    await writeFile(join(repository, 'version.txt'), version);
    await git('add', '.');
    await git('commit', '-qm', version);
    await git('tag', version);
  }
  await writeFile(join(folder, 'npm'), npm);
  await chmod(join(folder, 'npm'), 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function rollback(args: string[], fails = 'nothing') {
  const log = join(folder, `${Math.random()}.log`);
  const env = { PATH: `${folder}${delimiter}${process.env.PATH}`, NPM_LOG: log, NPM_FAILS: fails };
  const outcome = await node([join(root, 'resources/cli/rollback.ts'), ...args], { cwd: repository, env });
  const asked = await readFile(log, 'utf8').then(
    (text) => text.trim().split('\n'),
    () => [],
  );
  return { ...outcome, asked };
}

const worktrees = async () => (await git('worktree', 'list')).split('\n').length;

describe('npm run rollback', () => {
  test('deploys the earlier version from its own sources, and tests it with today’s smoke test', async () => {
    const { code, stdout, asked } = await rollback(['--stage', 'prod', '--to', 'v1.0.0']);
    expect(asked).toEqual([
      'v1.0.0 ci',
      'v1.0.0 exec -- sls deploy --stage prod',
      'v2.0.0 run -s smoke -- --stage prod',
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/prod is at v1\.0\.0 \([0-9a-f]{12}\)\.\n$/);
    expect(await worktrees()).toBe(1);
  });

  test('passes region on', async () => {
    const { asked } = await rollback([
      '--stage',
      'dev',
      '--to',
      'v1.0.0',
      '--region',
      'eu-west-1',
      '--health-only',
    ]);
    expect(asked.slice(1)).toEqual([
      'v1.0.0 exec -- sls deploy --stage dev --region eu-west-1',
      'v2.0.0 run -s smoke -- --stage dev --region eu-west-1 --health-only',
    ]);
  });

  test('does nothing for a version that there is not', async () => {
    const { code, stderr, asked } = await rollback(['--stage', 'prod', '--to', 'v9.0.0']);
    expect([code, asked]).toEqual([1, []]);
    expect(stderr).toContain('there is no version v9.0.0 here');
  });

  test('says how it is used where something is missing', async () => {
    const { code, stderr, asked } = await rollback(['--to', 'v1.0.0']);
    expect([code, asked]).toEqual([1, []]);
    expect(stderr).toContain('npm run rollback -- --stage prod --to v1.2.3');
  });

  test.each([
    ['a deployment', 'exec --', 'sls deploy'],
    ['a smoke test', 'run -s', 'smoke'],
  ])('fails with %s that fails, and leaves nothing lying about', async (_, fails, said) => {
    const { code, stderr } = await rollback(['--stage', 'prod', '--to', 'v1.0.0'], fails);
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`${said}.* ended with 1`));
    expect(await worktrees()).toBe(1);
  });
});

describe('The outputs of a stack', () => {
  async function sls(script: string) {
    const path = join(folder, `${Math.random()}.cjs`);
    await writeFile(path, script);
    return stackOutputs(folder, { stage: 'staging', region: 'eu-west-1', sls: path });
  }

  test('are what `sls info --verbose` prints of them', async () => {
    const outputs = await sls(`
      console.log('service: orderstream\\nfunctions:\\n  sales: orderstream-staging-sales\\n\\nStack Outputs:');
      console.log('  HttpApiUrl: https://x.example.com\\n  Asked: ' + process.argv.slice(2).join(' '));
    `);
    expect(outputs).toEqual({
      HttpApiUrl: 'https://x.example.com',
      Asked: 'info --verbose --stage staging --region eu-west-1',
    });
  });

  test('are missed with what sls says', async () => {
    await expect(sls(`console.error('no credentials'); process.exit(1)`)).rejects.toThrow(
      'sls info --stage staging: no credentials',
    );
  });
});
