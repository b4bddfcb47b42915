import { PutCommand, QueryCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from '@jest/globals';
import { shown } from '#tests/bench/bench-table.ts';
import { itemBytes, readUnits, writeUnits } from '#tests/bench/bill/item-size.ts';
import { MeteredDynamo } from '#tests/bench/bill/metered-dynamo.ts';
import { chart } from '#tests/bench/chart.ts';
import { median, ratioOf } from '#tests/bench/measure.ts';
import { Table } from '#tests/properties/fakes/table.ts';

describe('The size of an item', () => {
  test.each([
    [{ a: 'b' }, 2],
    [{ name: 'Zoë' }, 8],
    [{ n: 0 }, 2],
    [{ n: 12345 }, 5],
    [{ n: -12 }, 4],
    [{ yes: true, no: null }, 7],
    [{ list: ['a', 'b'] }, 4 + 3 + 4],
    [{ map: { k: 'v' } }, 3 + 3 + 3],
    [{ left: undefined }, 0],
  ])('%j is %i bytes', (item, bytes) => {
    expect(itemBytes(item)).toBe(bytes);
  });

  test('is billed by the KB when it is written, by 4 KB when it is read, half where the read may be late', () => {
    expect([0, 1_024, 1_025].map(writeUnits)).toEqual([1, 1, 2]);
    expect([0, 4_096, 4_097].map((bytes) => readUnits(bytes, true))).toEqual([1, 1, 2]);
    expect(readUnits(4_097, false)).toBe(1);
  });
});

describe('What DynamoDB bills', () => {
  const TableName = 'views';
  const indexes = {
    listing: { hash: 'list', range: 'at' },
    byName: { hash: 'name', range: 'pk', keysOnly: true },
  };
  const metered = () => {
    const dynamo = new MeteredDynamo([new Table({ name: TableName, hash: 'pk', indexes }, () => 0)], () => 0);
    return (command: object) => {
      const billed: string[] = [];
      try {
        dynamo.perform(command as never, ({ index = TableName, kind, units }) =>
          billed.push(`${kind} ${index} ${units}`),
        );
      } catch (error) {
        billed.push((error as Error).name);
      }
      return billed;
    };
  };
  const put = (Item: object, more: object = {}) => new PutCommand({ TableName, Item, ...more } as never);
  const entry = { pk: 'a', name: 'n', list: 'open', at: '1', text: 'x' };

  test('is a write of the item and of each index that has it', () => {
    const bill = metered();
    expect(bill(put({ pk: 'a' }))).toEqual(['write views 1']);
    expect(bill(put(entry))).toEqual(['write views 1', 'write listing 1', 'write byName 1']);
  });

  test('is two writes of an index whose key changes, and none where nothing changes that it has', () => {
    const bill = metered();
    bill(put(entry));
    expect(bill(put({ ...entry, list: 'done' }))).toEqual(['write views 1', 'write listing 2']);
    expect(bill(put({ ...entry, list: 'done', text: 'y' }))).toEqual(['write views 1', 'write listing 1']);
    const { list: _, ...unlisted } = entry;
    expect(bill(put(unlisted))).toEqual(['write views 1', 'write listing 1']);
  });

  test('is twice as much for the items of a transaction, and a write where a condition fails', () => {
    const bill = metered();
    expect(
      bill(new TransactWriteCommand({ TransactItems: [{ Put: { TableName, Item: { pk: 'a' } } }] })),
    ).toEqual(['write views 2']);
    expect(bill(put(entry, { ConditionExpression: 'attribute_not_exists(pk)' }))).toEqual([
      'write views 1',
      'ConditionalCheckFailedException',
    ]);
  });

  test('is by the larger of the two images, and by what a query returns', () => {
    const bill = metered();
    bill(put({ pk: 'a', text: 'x'.repeat(3_000) }));
    const shorten = {
      TableName,
      Key: { pk: 'a' },
      UpdateExpression: 'SET #t = :t',
      ExpressionAttributeNames: { '#t': 'text' },
      ExpressionAttributeValues: { ':t': '' },
    };
    expect(bill(new UpdateCommand(shorten))).toEqual(['write views 3']);
    const query = {
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': 'a' },
    };
    expect(bill(new QueryCommand(query))).toEqual(['read views 0.5']);
    expect(bill(new QueryCommand({ ...query, ConsistentRead: true }))).toEqual(['read views 1']);
  });
});

describe('A ratio', () => {
  test('is the median of runs that take turns', async () => {
    const turns: string[] = [];
    const side = (name: string, times: number[]) => async () => {
      turns.push(name);
      return times.shift() ?? 0;
    };
    const found = await ratioOf(side('ours', [2, 2, 100, 2, 2]), side('theirs', [1, 1, 1, 1, 1]));
    expect(found).toEqual({ ratio: 2, oursMs: 2, theirsMs: 1 });
    expect(turns.join(' ')).toBe('ours theirs theirs ours ours theirs theirs ours ours theirs');
  });

  test('has the middle of two where their number is even', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});

describe('A table', () => {
  test.each([
    [12, '12'],
    [62.294, '62.3'],
    [144.9, '145'],
    [0.8587, '0.859'],
    [0.00004, '0.0000'],
    ['text', 'text'],
  ])('shows %p as %s', (cell, text) => {
    expect(shown(cell)).toBe(text);
  });

  test('is a picture that says in words what it shows', () => {
    const svg = chart({
      name: 'bill',
      title: 'A <million> orders',
      head: ['part', 'USD'],
      rows: [
        ['writes & reads', 4],
        ['total', 8],
      ],
      chart: { column: 1, unit: 'USD' },
    });
    expect(svg).toContain('<title id="title">A &lt;million&gt; orders</title>');
    expect(svg).toContain('<desc id="desc">writes &amp; reads: 4 USD; total: 8 USD</desc>');
    expect([...svg.matchAll(/<rect x="290".* width="([\d.]+)"/g)].map(([, width]) => Number(width))).toEqual([
      190, 380,
    ]);
  });
});
