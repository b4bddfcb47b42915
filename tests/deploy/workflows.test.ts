import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { root } from '#tests/support/scripts.ts';

// What GitHub runs with rights on our accounts, held to rules that a review easily misses.

async function filesOf(pattern: string): Promise<{ file: string; text: string }[]> {
  const files: { file: string; text: string }[] = [];
  for await (const file of glob(pattern, { cwd: root })) {
    files.push({ file, text: await readFile(join(root, file), 'utf8') });
  }
  expect(files.length).toBeGreaterThan(0);
  return files;
}

test('The role for GitHub belongs to the service that serverless.yml names', async () => {
  const configuration = await readFile(join(root, 'serverless.yml'), 'utf8');
  const [, service] = /^service: (\S+)$/m.exec(configuration) ?? [];
  const role = await readFile(join(root, 'resources/deployment/github-role.yml'), 'utf8');
  expect(role).toContain(`Service: { Type: String, Default: ${service} }`);
});

describe('The workflows', () => {
  test('use actions of others by the hash of a commit only, and say which version that is', async () => {
    const files = [
      ...(await filesOf('.github/workflows/*.yml')),
      ...(await filesOf('.github/actions/*/action.yml')),
    ];
    const uses = files.flatMap(({ file, text }) =>
      [...text.matchAll(/\buses: *(.*)$/gm)].map(([, what = '']) => ({ file, what })),
    );
    const others = uses.filter(({ what }) => !what.startsWith('./'));
    expect(others.length).toBeGreaterThan(5);
    expect(others.filter(({ what }) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(what))).toEqual(
      [],
    );
    // One action, one version.
    expect(new Set(others.map(({ what }) => what)).size).toBe(
      new Set(others.map(({ what }) => what.split('@')[0])).size,
    );
  });

  test('have no rights but those that a job asks for', async () => {
    for (const { file, text } of await filesOf('.github/workflows/*.yml')) {
      expect([file, /^permissions:(?: \{\}|\n {2}contents: read)\n\n/m.test(text)]).toEqual([file, true]);
      const asked = [...text.matchAll(/^ +([\w-]+): (read|write)\b/gm)].map(
        ([, right, how]) => `${right}: ${how}`,
      );
      expect([file, asked.filter((right) => !['contents: read', 'id-token: write'].includes(right))]).toEqual(
        [file, []],
      );
    }
  });

  test('know no stored key of AWS, and check nothing out with a token that stays', async () => {
    for (const { file, text } of await filesOf('.github/**/*.yml')) {
      expect([
        file,
        text.match(
          /secrets\.(?!SMOKE_CLIENT_SECRET )|aws-access-key-id|aws-secret-access-key|pull_request_target/g,
        ),
      ]).toEqual([file, null]);
      const checkouts = text.match(/actions\/checkout@/g)?.length ?? 0;
      expect([file, text.match(/persist-credentials: false/g)?.length ?? 0]).toEqual([file, checkouts]);
    }
  });

  test('pass what a person types to a shell as a variable, never as text', async () => {
    for (const { file, text } of await filesOf('.github/**/*.yml')) {
      const runs = [...text.matchAll(/\brun: *(.*)$/gm)].map(([, line = '']) => line);
      expect([file, runs.filter((line) => line.includes('$' + '{{') || line === '|')]).toEqual([file, []]);
    }
  });
});

interface Job {
  permissions?: Record<string, string>;
  environment?: unknown;
  env?: Record<string, string>;
  needs?: string;
  steps?: { uses?: string; run?: string; with?: Record<string, string> }[];
}

describe('A job that can take the role of a stage', () => {
  async function jobs(): Promise<
    { file: string; name: string; job: Job; steps: NonNullable<Job['steps']> }[]
  > {
    const files = await filesOf('.github/workflows/*.yml');
    return files.flatMap(({ file, text }) =>
      Object.entries((parse(text) as { jobs: Record<string, Job> }).jobs).map(([name, job]) => {
        return { file: file.split('/').at(-1) ?? '', name, job, steps: job.steps ?? [] };
      }),
    );
  }
  const mayDeploy = ({ permissions = {} }: Job) => 'id-token' in permissions;
  const runs = (steps: NonNullable<Job['steps']>, pattern: RegExp) =>
    steps.flatMap(({ run = '' }) => (pattern.test(run) ? [run] : []));

  test('is the one that deploys, behind the environment with its approvals', async () => {
    const all = await jobs();
    const taking = all.filter(({ job }) => mayDeploy(job));
    expect(taking.map(({ file, name }) => `${file} ${name}`)).toEqual([
      'deploy.yml deploy',
      'rollback.yml deploy',
    ]);
    expect(taking.filter(({ job }) => job.environment === undefined)).toEqual([]);
    const asking = all.filter(({ steps }) => steps.some(({ uses }) => uses === './.github/actions/role'));
    expect(asking).toEqual(taking);
  });

  test('takes no settings of the stage into its environment: one could change what it runs', async () => {
    const taking = (await jobs()).filter(({ job }) => mayDeploy(job));
    expect(taking.filter(({ steps }) => JSON.stringify(steps).match(/actions\/settings|GITHUB_ENV/))).toEqual(
      [],
    );
    const [role] = await filesOf('.github/actions/role/action.yml');
    expect(role?.text).not.toContain('GITHUB_ENV');
  });

  test('runs no script of any package, and builds nothing', async () => {
    for (const { file, job, steps } of await jobs()) {
      if (!mayDeploy(job)) continue;
      const installs = runs(steps, /\bnpm (ci|i|install|rebuild)\b/);
      expect([
        file,
        installs.length > 0,
        installs.filter((run) => run !== 'npm ci --ignore-scripts'),
      ]).toEqual([file, true, []]);
      expect(runs(steps, /\b(npm start|npm test|npx|sls package|\.ci\/run)\b/)).toEqual([]);
      const deployments = runs(steps, /\bsls deploy\b/);
      expect(deployments).toHaveLength(1);
      expect(deployments[0]).toMatch(/ --package package$/);
    }
  });

  test('deploys what a job without the permission has built in the same run', async () => {
    const all = await jobs();
    for (const { file, job, steps } of all.filter(({ job }) => mayDeploy(job))) {
      const download = steps.find(({ uses }) => uses?.startsWith('actions/download-artifact@'));
      // Another run's artifact has to be named.
      expect(Object.keys(download?.with ?? {}).sort()).toEqual(['name', 'path']);
      const built = all.find((other) => other.file === file && other.name === job.needs);
      const upload = built?.steps.find(({ uses }) => uses?.startsWith('actions/upload-artifact@'));
      expect(upload?.with).toMatchObject({ name: download?.with?.name });
      expect(built?.job.permissions).toEqual({ contents: 'read' });
      expect(runs(built?.steps ?? [], /\bsls package\b/)).toHaveLength(1);
      // The role creates no other roles than such with the boundary.
      expect(built?.job.env).toMatchObject({ PERMISSIONS_BOUNDARY: 'stage' });
    }
  });
});

test('Updates are proposed for every kind of dependency, where its files are', async () => {
  const text = await readFile(join(root, '.github/dependabot.yml'), 'utf8');
  expect([...text.matchAll(/package-ecosystem: (\S+)/g)].map(([, name]) => name)).toEqual([
    'npm',
    'github-actions',
    'pip',
  ]);
});
