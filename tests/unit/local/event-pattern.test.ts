import { describe, expect, test } from '@jest/globals';
import { compilePattern } from '#resources/local/event-source-mapping/event-pattern.ts';

const matches = (pattern: unknown, event: unknown) => compilePattern(JSON.stringify(pattern))(event);

describe('an event pattern', () => {
  test.each<[string, unknown, unknown, boolean]>([
    ['a string that is equal', { a: ['x'] }, { a: 'x' }, true],
    ['a string that is not', { a: ['x'] }, { a: 'X' }, false],
    ['one of several values', { a: ['x', 'y'] }, { a: 'y' }, true],
    ['a number for a number', { a: [5] }, { a: 5 }, true],
    ['a string for a number', { a: [5] }, { a: '5' }, false],
    ['null for null', { a: [null] }, { a: null }, true],
    ['nothing for null', { a: [null] }, {}, false],
    ['an empty string', { a: [''] }, { a: '' }, true],
    ['true', { a: [true] }, { a: true }, true],
    ['every field', { a: ['x'], b: ['y'] }, { a: 'x', b: 'z' }, false],
    ['a nested field', { a: { b: { S: ['x'] } } }, { a: { b: { S: 'x' } } }, true],
    ['a nested field of something flat', { a: { b: ['x'] } }, { a: 'x' }, false],
    ['an element of a list', { a: ['x'] }, { a: ['w', 'x'] }, true],
    ['a field of an element of a list', { a: { b: ['x'] } }, { a: [{ b: 'w' }, { b: 'x' }] }, true],
    ['exists, when it does', { a: [{ exists: true }] }, { a: null }, true],
    ['exists, when it does not', { a: [{ exists: true }] }, {}, false],
    ['exists, for what has fields of its own', { a: [{ exists: true }] }, { a: { b: 1 } }, false],
    ['exists not, when it does not', { a: { b: [{ exists: false }] } }, { a: {} }, true],
    ['exists not, when it does', { a: [{ exists: false }] }, { a: 'x' }, false],
    ['a prefix', { a: [{ prefix: 'Order' }] }, { a: 'OrderCreated' }, true],
    ['another prefix', { a: [{ prefix: 'Order' }] }, { a: 'PaymentCaptured' }, false],
    ['a suffix', { a: [{ suffix: 'Created' }] }, { a: 'OrderCreated' }, true],
    ['another suffix', { a: [{ suffix: 'Created' }] }, { a: 'OrderPaid' }, false],
    ['case ignored', { a: [{ 'equals-ignore-case': 'usd' }] }, { a: 'USD' }, true],
    ['anything but one', { a: [{ 'anything-but': 'US' }] }, { a: 'FR' }, true],
    ['anything but that one', { a: [{ 'anything-but': 'US' }] }, { a: 'US' }, false],
    ['anything but several', { a: [{ 'anything-but': ['US', 'FR'] }] }, { a: 'FR' }, false],
    ['anything but a prefix', { a: [{ 'anything-but': { prefix: 'Order' } }] }, { a: 'OrderPaid' }, false],
    ['anything but, when there is nothing', { a: [{ 'anything-but': 'US' }] }, {}, false],
    ['a number above', { a: [{ numeric: ['>=', 1000] }] }, { a: 1000 }, true],
    ['a number in a range', { a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 5 }, true],
    ['a number out of a range', { a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 6 }, false],
    ['an equal number', { a: [{ numeric: ['=', 3.5] }] }, { a: 3.5 }, true],
    ['a string in a range: DynamoDB numbers are strings', { a: [{ numeric: ['>', 0] }] }, { a: '5' }, false],
    ['$or, when one field does', { $or: [{ a: ['x'] }, { b: ['y'] }] }, { b: 'y' }, true],
    ['$or, when none does', { c: ['z'], $or: [{ a: ['x'] }, { b: ['y'] }] }, { c: 'z' }, false],
    ['nothing asked', {}, { a: 1 }, true],
  ])('takes %s', (_, pattern, event, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });

  test.each<[string, string, RegExp]>([
    ['no JSON', '{', /not JSON/],
    ['a value that is not in a list', '{"a":"x"}', /list or an object at "\/a"/],
    ['an operator that Lambda does not know', '{"a":[{"matches":"x"}]}', /"matches" at "\/a"/],
    ['a range without a bound', '{"a":[{"numeric":[">"]}]}', /range at "\/a"/],
    ['an $or that is no list', '{"$or":{"a":["x"]}}', /\$or/],
  ])('is refused for %s', (_, pattern, message) => {
    expect(() => compilePattern(pattern)).toThrow(message);
  });
});
