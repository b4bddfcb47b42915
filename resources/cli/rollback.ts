/** `npm run rollback -- --stage prod --to v1.2.3`: deploys an earlier version from its own sources, and tests it. */
import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, UsageError } from './arguments.ts';

const usage = [
  'npm run rollback -- --stage prod --to v1.2.3 [--region eu-west-1] [--health-only]',
  '--to is a tag or a commit of this repository. Nothing of the working tree is deployed.',
].join('\n');

runCommand({
  usage,
  options: {
    stage: { type: 'string' },
    to: { type: 'string' },
    region: { type: 'string' },
    'health-only': { type: 'boolean' },
  },
  run: ({ stage, to, region, 'health-only': healthOnly = false }) => {
    if (!stage) throw new UsageError('--stage is needed.');
    if (!to) throw new UsageError('--to is needed.');
    return rollBack({ stage, to, region, healthOnly });
  },
});

async function rollBack(asked: {
  stage: string;
  to: string;
  region: string | undefined;
  healthOnly: boolean;
}) {
  const { stage, to, region, healthOnly } = asked;
  const commit = await commitOf(to);
  const where = ['--stage', stage, ...(region ? ['--region', region] : [])];

  const folder = join(await mkdtemp(join(tmpdir(), 'rollback-')), 'sources');
  await run('git', ['worktree', 'add', '--detach', folder, commit]);
  try {
    await run('npm', ['ci'], folder);
    await run('npm', ['exec', '--', 'sls', 'deploy', ...where], folder);
  } finally {
    await run('git', ['worktree', 'remove', '--force', folder]);
  }
  await run('npm', ['run', '-s', 'smoke', '--', ...where, ...(healthOnly ? ['--health-only'] : [])]);
  process.stdout.write(`${stage} is at ${to} (${commit.slice(0, 12)}).\n`);
}

async function commitOf(version: string): Promise<string> {
  const { code, out } = await ended('git', ['rev-parse', '--verify', '--quiet', `${version}^{commit}`]);
  if (code !== 0)
    throw new Error(`there is no version ${version} here: git fetch --tags brings those that are missing`);
  return out.trim();
}

/** Shows what it says. Throws where it fails. */
async function run(command: string, args: string[], cwd?: string): Promise<void> {
  process.stdout.write(`> ${command} ${args.join(' ')}\n`);
  const { code } = await ended(command, args, { cwd, shown: true });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
}

function ended(
  command: string,
  args: string[],
  { cwd, shown = false }: { cwd?: string | undefined; shown?: boolean } = {},
): Promise<{ code: number | null; out: string }> {
  return new Promise((resolve, reject) => {
    const stdio = shown ? 'inherit' : (['ignore', 'pipe', 'ignore'] as const);
    const child = spawn(command, args, { cwd, stdio: stdio as 'inherit' });
    let out = '';
    child.stdout?.on('data', (chunk) => {
      out += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out }));
  });
}
