import { type ParseArgsConfig, parseArgs } from 'node:util';
import { nearest } from './nearest.ts';

export type Options = NonNullable<ParseArgsConfig['options']>;
export type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O }>>['values'];

/** A command line that a command does not take. The message names the flag. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const help = { help: { type: 'boolean', short: 'h' } } as const;

/**
 * Reads the flags of a command line; nothing else may be on it, and no flag may be empty: `--stage "$STAGE"` without
 * that variable must not mean what no `--stage` means.
 * @throws UsageError
 */
export function readArguments<O extends Options>(options: O, args: readonly string[]): Values<O> {
  let values: Values<O>;
  try {
    values = parseArgs({ args: [...args], options: { ...options, ...help } }).values as Values<O>;
  } catch (error) {
    throw new UsageError(
      whatIsWrong(error as Error & { code?: string }, Object.keys({ ...options, ...help })),
    );
  }
  for (const [flag, value] of Object.entries(values)) {
    if ([value].flat().includes('')) throw new UsageError(`--${flag} is empty: it needs a value.`);
  }
  return values;
}

/** Whether `--help` or `-h` is among the flags, whatever else is. */
export function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end === -1 ? undefined : end).some((arg) => arg === '--help' || arg === '-h');
}

export interface CommandLine<O extends Options> {
  /** What `--help` prints. */
  usage: string;
  options: O;
  run(values: Values<O>): Promise<void>;
}

/**
 * Runs a command of `npm run` with this process's arguments. With `--help` it prints its usage and does nothing.
 * An error is printed as its message; the exit status is 1, unless the command has set another one.
 */
export async function runCommand<O extends Options>({ usage, options, run }: CommandLine<O>): Promise<void> {
  const args = process.argv.slice(2);
  if (asksForHelp(args)) return void process.stdout.write(`${usage}\n`);
  try {
    await run(readArguments(options, args));
  } catch (error) {
    printError(error, usage);
    process.exitCode ||= 1;
  }
}

/** The message alone, and where the command line was wrong how it is used. */
export function printError(error: unknown, usage: string): void {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\n${error instanceof UsageError ? `${usage}\n` : ''}`);
}

function whatIsWrong({ code, message }: Error & { code?: string }, flags: readonly string[]): string {
  const [, given = ''] = /'(--?[^' ]+)/.exec(message) ?? [];
  switch (code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION': {
      const meant = nearest(given.replace(/^-+/, ''), flags);
      return `There is no ${given}${meant ? `; did you mean --${meant}?` : '.'}`;
    }
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE': {
      const flag = given || message;
      return message.includes('does not take')
        ? `${flag} takes no value.`
        : `${longNameIn(message)} needs a value.`;
    }
    case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL':
      return `${/Unexpected argument ('.*?')\./.exec(message)?.[1] ?? message} is no flag, and nothing else is taken.`;
    default:
      return message;
  }
}

/** Of `Option '-h, --help <value>' argument missing` the flag. */
const longNameIn = (message: string): string => /--[\w-]+/.exec(message)?.[0] ?? message;
