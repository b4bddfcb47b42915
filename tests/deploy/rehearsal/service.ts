import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative, sep } from 'node:path';
import { type Outcome, root, run } from '#tests/support/scripts.ts';
import type { Emulator } from './emulator.ts';
import { say } from './say.ts';

export const STAGE = 'rehearsal';

/** Made by the tools, or not the project's. */
const notCopied = new Set(['.git', '.local', '.serverless', '.esbuild', 'node_modules', 'coverage']);

const sls = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');

/** A copy of this project, to deploy from and to change: what `sls deploy` writes stays out of the work tree. */
export interface Service {
  folder: string;
  /** `sls <args> --stage rehearsal`, with the emulator as AWS. Never rejects for an exit code. */
  sls(...args: string[]): Promise<Outcome>;
  /** `sls deploy` with everything that a stage may have. Throws an Error with what it printed unless it ends well. */
  deploy(): Promise<Outcome>;
  /** `npm run -s ops -- <args> --stage rehearsal --json`. */
  ops(...args: string[]): Promise<Outcome>;
  /** Throws an Error where the file has no such text. */
  edit(file: string, text: string, replacement: string): Promise<void>;
}

/** What a stage may have besides what every stage has; what only protects it from us is left out. */
const params = {
  alarms: 'true',
  backups: 'monthly',
  encryption: 'customer-key',
  machineClients: 'payments-and-warehouse',
  pointInTimeRecovery: 'true',
};

const settings = {
  // Tries that fail come back after 1, 2, 4 and 8 s.
  RETRY_BASE_SECONDS: '1',
  // The steps of the rehearsal look for single events.
  HOP_LOG: 'event',
  // Tokens are the stage's own user pool's.
  JWT_ISSUER: undefined,
};

export async function copyService(emulator: Emulator): Promise<Service> {
  const folder = join(emulator.folder, 'service');
  await cp(root, folder, {
    recursive: true,
    filter: (path) => !notCopied.has(relative(root, path).split(sep)[0] ?? ''),
  });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const env = { ...emulator.env, ...settings };

  const runSls: Service['sls'] = async (...args) => {
    const started = Date.now();
    const outcome = await run(process.execPath, [sls, ...args, '--stage', STAGE], { cwd: folder, env });
    say(
      `sls ${args.join(' ').slice(0, 80)}: ${outcome.code === 0 ? '' : `exit ${outcome.code}, `}${seconds(started)}`,
    );
    return outcome;
  };
  return {
    folder,
    sls: runSls,
    async deploy() {
      const chosen = Object.entries(params).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
      const outcome = await runSls('deploy', ...chosen);
      if (outcome.code === 0) return outcome;
      const said = `${outcome.stdout}\n${outcome.stderr}\n${emulator.log().slice(-5_000)}`;
      throw new Error(`sls deploy ended with ${outcome.code}:\n${said}`);
    },
    ops(...args) {
      return run('npm', ['run', '-s', 'ops', '--', ...args, '--stage', STAGE, '--json'], {
        cwd: folder,
        env,
      });
    },
    async edit(file, text, replacement) {
      const path = join(folder, file);
      const content = await readFile(path, 'utf8');
      if (!content.includes(text)) throw new Error(`${file} has no ${text}`);
      await writeFile(path, content.replace(text, replacement));
    },
  };
}

const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`;
