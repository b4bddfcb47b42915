import { describe, expect, test } from '@jest/globals';
import { asksForHelp, readArguments, UsageError } from '#resources/cli/arguments.ts';
import { nearest } from '#resources/cli/nearest.ts';
import { inFlags } from '#resources/cli/ops/flags.ts';

const options = { stage: { type: 'string' }, 'dry-run': { type: 'boolean' } } as const;
const read = (...args: string[]) => readArguments(options, args);

describe('readArguments', () => {
  test('reads flags with their values', () => {
    expect({ ...read('--stage', 'dev', '--dry-run') }).toEqual({ stage: 'dev', 'dry-run': true });
    expect({ ...read('--stage=dev') }).toEqual({ stage: 'dev' });
    expect({ ...read() }).toEqual({});
  });

  test.each([
    [['--nope'], 'There is no --nope.'],
    [['--stag', 'dev'], 'There is no --stag; did you mean --stage?'],
    [['--dryrun'], 'There is no --dryrun; did you mean --dry-run?'],
    [['-x'], 'There is no -x.'],
    [['--stage'], '--stage needs a value.'],
    [['--stage', '--dry-run'], '--stage needs a value.'],
    [['--stage', ''], '--stage is empty: it needs a value.'],
    [['--stage='], '--stage is empty: it needs a value.'],
    [['--dry-run=yes'], '--dry-run takes no value.'],
    [['prod'], "'prod' is no flag, and nothing else is taken."],
  ])('%j: names the flag', (args, message) => {
    expect(() => read(...args)).toThrow(new UsageError(message));
  });
});

test.each([
  [['--help'], true],
  [['-h'], true],
  [['--stage', 'dev', '--nope', '--help'], true],
  [['--stage', 'dev'], false],
  [['--', '--help'], false],
  [[], false],
])('%j asks for help: %s', (args, expected) => expect(asksForHelp(args)).toBe(expected));

test.each([
  ['orders:mange', 'orders:manage'],
  ['audit', undefined],
  ['order:manage', 'orders:manage'],
  ['payments:wriet', 'payments:write'],
  ['x', undefined],
])('%s is meant to be %s', (word, expected) => {
  expect(nearest(word, ['orders:manage', 'payments:write', 'inventory:write', 'audit:read'])).toBe(expected);
});

test.each([
  ['from: must be a time; rate: is no number', '--from: must be a time; --rate: is no number'],
  ['publisherFailures: must be true', '--publisher-failures: must be true'],
  ['from must be before to', '--from must be before --to'],
  ['from and to are both needed', '--from and --to are both needed'],
  [
    'say one of: stream; from and to, with or without a type; publisherFailures',
    'say one of: --stream; --from and --to, with or without a --type; --publisher-failures',
  ],
  ['no consumer is called from; there are to, type', 'no consumer is called from; there are to, type'],
  ['there is no stream order-to-from', 'there is no stream order-to-from'],
])('%s, in flags', (message, expected) => {
  expect(inFlags(message, ['stream', 'type', 'from', 'to', 'publisher-failures', 'rate'])).toBe(expected);
});
