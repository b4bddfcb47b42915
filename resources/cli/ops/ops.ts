/** `npm run ops -- <operation> …`: operations on the local run, or with `--stage` on a deployed one. */
import { asksForHelp, printError, readArguments, UsageError } from '#resources/cli/arguments.ts';
import { nearest } from '#resources/cli/nearest.ts';
import { type Command, systemClock, type Values } from './command.ts';
import { audit } from './commands/audit.ts';
import { backfill } from './commands/backfill.ts';
import { deadLetters } from './commands/dead-letters.ts';
import { deadlines } from './commands/deadlines.ts';
import { discard } from './commands/discard.ts';
import { rebuild } from './commands/rebuild.ts';
import { redrive } from './commands/redrive.ts';
import { republish } from './commands/republish.ts';
import { inFlags } from './flags.ts';
import { localInvoker, stageInvoker } from './invokers.ts';
import { progressBar } from './progress-bar.ts';

const commands: Record<string, Command> = {
  'dead-letters': deadLetters,
  redrive,
  discard,
  republish,
  backfill,
  audit,
  deadlines,
  rebuild,
};

const common = {
  stage: { type: 'string' },
  region: { type: 'string' },
  json: { type: 'boolean' },
} as const;

const usage = [
  'npm run -s ops -- <operation>   [--stage staging [--region eu-west-1]] [--json]',
  ...Object.values(commands).map((command) => `  ${command.usage}`),
  'Without --stage: what `npm start` runs in this folder. --json: one JSON object on standard output.',
].join('\n');

async function main([name = '', ...args]: readonly string[]): Promise<void> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new UsageError(`There is no operation ${name}${hintAt(name)}`);
  const { stage, region, json, ...asked } = readArguments({ ...common, ...command.options }, args);

  const invoke =
    typeof stage === 'string'
      ? stageInvoker(process.cwd(), { stage, region: typeof region === 'string' ? region : undefined })
      : await localInvoker(process.cwd());
  const progress = progressBar(process.stderr, json === true);
  const outcome = await command
    .run(asked as Values, { invoke, progress, clock: systemClock })
    .catch((error: Error) => Promise.reject(new Error(inFlags(error.message, Object.keys(command.options)))))
    .finally(() => progress.done());
  process.stdout.write(`${json ? JSON.stringify(outcome.result) : outcome.text}\n`);
  if (!outcome.ok) process.exitCode = 1;
}

function hintAt(name: string): string {
  const meant = nearest(name, Object.keys(commands));
  return meant ? `; did you mean ${meant}?` : '.';
}

const args = process.argv.slice(2);
if (args.length === 0 || asksForHelp(args)) process.stdout.write(`${usage}\n`);
else {
  main(args).catch((error: Error) => {
    printError(error, usage);
    process.exitCode = 1;
  });
}
