import { describe, expect, test } from '@jest/globals';
import * as keys from '#kit/projections/keys.ts';
import { counters } from '#tests/support/counter/views.ts';

describe('the keys of the kit reach storage, so they stay as they are', () => {
  test.each([
    [keys.inboxKey('tally', 'e1', { pk: 'A', sk: 'B' }), { pk: 'INBOX#tally#e1', sk: 'A#B' }],
    [keys.generationsKey('counter-view'), { pk: 'PROJECTION#counter-view', sk: 'GENERATIONS' }],
    [
      keys.checkpointKey('counter-view', 2, 'filling', 3),
      { pk: 'REBUILD#counter-view#2', sk: 'filling#0003' },
    ],
    [keys.auditKey, { pk: 'AUDIT', sk: 'STATE' }],
  ])('%j', (key, expected) => {
    expect(key).toEqual(expected);
  });
});

test('a view has none of the attributes that only the table and its indexes need', () => {
  const view = { counterId: 'c1', version: 2 };
  const indexKeys = { keeperPk: 'k', keeperSk: 's', listPk: 'l', listSk: 'm' };
  expect(keys.withoutStorageKeys({ ...counters.key('c1'), ...indexKeys, expiresAt: 1, ...view })).toEqual(
    view,
  );
});
