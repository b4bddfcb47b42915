import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { runCommand, UsageError } from '#resources/cli/arguments.ts';
import { createToken } from '#resources/cli/jwt.ts';
import { preparePython, program } from '#tests/deploy/rehearsal/python.ts';
import { npmStart } from '#tests/support/npm-start.ts';
import { root } from '#tests/support/scripts.ts';

const scope =
  'orders:manage catalogue:manage payments:write inventory:write reviews:decide customs:decide audit:read';

/**
 * `npm run fuzz -- [--seed n] [--max-examples n]`: a local run on free ports, and schemathesis against it with a token
 * of all scopes. It takes the document that the run serves, sends what that allows and what it forbids, one operation at a
 * time and in sequences, and fails on any 5xx and on any answer outside the document. Prints the seed and, where something
 * is wrong, a curl that shows it. Resolves to schemathesis's exit code.
 */
export async function fuzz(options: readonly string[] = []): Promise<number> {
  await preparePython();
  const system = await npmStart();
  try {
    const token = await createToken({ sub: 'fuzz', scope });
    const args = [
      ...['--config-file', join(import.meta.dirname, 'schemathesis.toml'), 'run'],
      ...[`${system.run.httpUrl}/openapi.json`, '-H', `Authorization: Bearer ${token}`, ...options],
    ];
    const env = { ...process.env, HYPOTHESIS_STORAGE_DIRECTORY: join(root, '.local/hypothesis') };
    const child = spawn(program('schemathesis'), args, { cwd: root, stdio: 'inherit', env });
    const [code] = await once(child, 'close');
    return code ?? 1;
  } finally {
    await system.stop();
  }
}

const usage = [
  'npm run fuzz -- [--seed 1] [--max-examples 100]',
  '',
  '  --seed          of the random requests, as a failing run prints it',
  '  --max-examples  requests for each operation (see schemathesis.toml)',
].join('\n');

if (import.meta.main) {
  await runCommand({
    usage,
    options: { seed: { type: 'string' }, 'max-examples': { type: 'string' } },
    async run(values) {
      const given = Object.entries(values).map(([flag, value]) => [flag, String(value)] as const);
      const wrong = given.find(([, value]) => !/^\d+$/.test(value));
      if (wrong) throw new UsageError(`--${wrong[0]} must be a whole number, not ${wrong[1]}.`);
      process.exitCode = await fuzz(given.flatMap(([flag, value]) => [`--${flag}`, value]));
    },
  });
}
