import { expect, test } from '@jest/globals';
import { insertItems, insertStatement } from '#kit/aws/insert-items.ts';
import { counterMemory } from '#tests/support/counter/memory.ts';

const item = (pk: string, more: object = {}) => ({ pk, sk: 'VIEW', ...more });

test('What could not be inserted is answered: what is there, and what makes too long a statement', async () => {
  const { runtime, readModel, calls } = counterMemory();
  readModel.put(item('there', { version: 1 }));
  const names = Array.from({ length: 600 }, (_, index) => [`attribute-${index}`, index]);
  const items = [
    item('there', { version: 2 }),
    item('wide', Object.fromEntries(names)),
    ...Array.from({ length: 30 }, (_, index) => item(`new-${index}`, { list: [1], none: undefined })),
  ];
  expect(await insertItems(runtime, items)).toEqual(items.slice(0, 2));
  expect(readModel.all()).toHaveLength(31);
  expect(readModel.get(item('there'))).toEqual(item('there', { version: 1 }));
  expect(readModel.get(item('new-29'))).toEqual(item('new-29', { list: [1] }));
  expect(calls).toEqual(['BatchExecuteStatementCommand', 'BatchExecuteStatementCommand']);
});

test('A statement has a parameter for each attribute, and nothing of a value', () => {
  expect(insertStatement('views', { pk: 'a', "it's": "'; DELETE", none: undefined })).toEqual({
    Statement: `INSERT INTO "views" VALUE {'pk': ?, 'it''s': ?}`,
    Parameters: ['a', "'; DELETE"],
  });
});
