/** `npm run ops -- <operation> …`: operations on the local run, or with `--stage` on a deployed one. */
import { parseArgs } from 'node:util';
import { type Command, systemClock } from './command.ts';
import { audit } from './commands/audit.ts';
import { deadLetters } from './commands/dead-letters.ts';
import { rebuild } from './commands/rebuild.ts';
import { redrive } from './commands/redrive.ts';
import { republish } from './commands/republish.ts';
import { localInvoker, stageInvoker } from './invokers.ts';
import { progressBar } from './progress-bar.ts';

const commands: Record<string, Command> = { 'dead-letters': deadLetters, redrive, republish, audit, rebuild };

const common = {
  stage: { type: 'string' },
  region: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const usage = [
  'npm run -s ops -- <operation>   [--stage staging [--region eu-west-1]] [--json]',
  ...Object.values(commands).map((command) => `  ${command.usage}`),
  'Without --stage: what `npm start` runs in this folder. --json: one JSON object on standard output.',
].join('\n');

async function main(): Promise<void> {
  const [name = '', ...args] = process.argv.slice(2);
  if (['', '-h', '--help'].includes(name)) return void process.stdout.write(`${usage}\n`);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new Error(`There is no operation ${name}.\n${usage}`);
  const { values } = parseArgs({ args, options: { ...common, ...command.options } });
  const { stage, region, json, help, ...asked } = values;
  if (help) return void process.stdout.write(`${usage}\n`);

  const invoke =
    typeof stage === 'string'
      ? stageInvoker(process.cwd(), { stage, region: typeof region === 'string' ? region : undefined })
      : await localInvoker(process.cwd());
  const progress = progressBar(process.stderr, json === true);
  const outcome = await command
    .run(asked, { invoke, progress, clock: systemClock })
    .finally(() => progress.done());
  process.stdout.write(`${json ? JSON.stringify(outcome.result) : outcome.text}\n`);
  if (!outcome.ok) process.exitCode = 1;
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
