/** `npm run -s token -- [--sub alice] [--scope "orders:manage audit:read"] [--expires 12h]`: prints a bearer token. */
import { parseArgs } from 'node:util';
import { createToken } from './jwt.ts';

const usage = 'npm run -s token -- [--sub alice] [--scope "orders:manage audit:read"] [--expires 12h]';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      sub: { type: 'string' },
      scope: { type: 'string' },
      expires: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return void process.stdout.write(`${usage}\n`);
  const { help: _, ...options } = values;
  process.stdout.write(`${await createToken(options)}\n`);
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n${usage}\n`);
  process.exitCode = 1;
});
