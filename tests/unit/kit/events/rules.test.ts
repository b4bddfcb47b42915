import { describe, expect, test } from '@jest/globals';
import { CommandRejected, defineRules } from '#kit/events/command-rejected.ts';

describe('The rules of an aggregate', () => {
  const rules = defineRules({
    thing_closed: 'The thing is closed.',
    thing_not_found: ['not-found', 'There is no such thing.'],
    thing_too_large: ['invalid-input', 'This is too much.'],
  });

  test.each([
    ['thing_closed', 'conflict', 'The thing is closed.'],
    ['thing_not_found', 'not-found', 'There is no such thing.'],
    ['thing_too_large', 'invalid-input', 'This is too much.'],
  ] as const)('%s rejects a command as %s', (rule, kind, message) => {
    const rejection = rules.reject(rule);
    expect(rejection).toBeInstanceOf(CommandRejected);
    expect(rejection).toMatchObject({ name: 'CommandRejected', rule, kind, message });
    expect(rules.messages[rule]).toBe(message);
  });
});
