import { expect, test } from '@jest/globals';
import { changesSomething, isOperation } from '#resources/console/server/operations.ts';

test.each([
  ['dead-letters', {}, false],
  ['redrive', { dryRun: true }, false],
  ['redrive', {}, true],
  ['redrive', { discard: true }, false],
  ['redrive', { discard: true, dryRun: false }, true],
  ['republish', { dryRun: true }, false],
  ['republish', {}, true],
  ['rebuild', {}, false],
  ['rebuild', { action: 'status' }, false],
  ['rebuild', { action: 'advance' }, true],
  ['audit', { redeliver: false }, false],
  ['audit', {}, true],
  ['emit-event', {}, true],
  ['anything-else', {}, true],
])('%s with %j changes something: %s', (name, input, changes) => {
  expect(changesSomething(name, input)).toBe(changes);
});

test('no other function can be invoked by the page as an operation', () => {
  expect(isOperation('redrive')).toBe(true);
  expect(isOperation('constructor')).toBe(false);
  expect(isOperation('place-order')).toBe(false);
});
