import { unmarshall } from '@aws-sdk/util-dynamodb';
import { FakeDynamo, insertsOf } from '#tests/properties/fakes/dynamo.ts';
import type { Item } from '#tests/properties/fakes/expression.ts';
import type { Table } from '#tests/properties/fakes/table.ts';
import { itemBytes, readUnits, writeUnits } from './item-size.ts';

type Command = { constructor: { name: string }; input: object };
type Input = Record<string, unknown>;

/** One write or read, as it is billed. */
export interface Capacity {
  table: string;
  /** Of the table itself where there is none. */
  index?: string;
  kind: 'write' | 'read';
  units: number;
  /** The partition key that was written. */
  partition?: string;
}

/** DynamoDB in memory, which says of each call what it costs. */
export class MeteredDynamo {
  readonly #tables: ReadonlyMap<string, Table>;
  readonly #fake: FakeDynamo;

  constructor(tables: readonly Table[], now: () => number) {
    this.#tables = new Map(tables.map((table) => [table.shape.name, table]));
    this.#fake = new FakeDynamo(tables, now);
  }

  /** A write whose condition fails costs what it would have written; no index is touched then. */
  perform(command: Command, bill: (capacity: Capacity) => void): unknown {
    const { name } = command.constructor;
    const input = plainInput(command);
    const writes = writesOf(name, input);
    const factor = name.startsWith('Transact') ? 2 : 1;
    const before = writes.map((write) => this.#imageOf(write));
    const charge = (failed: boolean) => {
      for (const [index, write] of writes.entries()) {
        const now = failed ? before[index] : this.#imageOf(write);
        for (const one of this.#written(write, before[index], now, failed)) {
          bill({ ...one, units: one.units * (one.index === undefined ? factor : 1) });
        }
      }
    };
    let answer: unknown;
    try {
      answer = this.#fake.perform(command);
    } catch (error) {
      charge(true);
      throw error;
    }
    charge(false);
    for (const read of this.#reads(name, input, answer)) bill(read);
    return answer;
  }

  #table(name: unknown): Table {
    const table = this.#tables.get(String(name));
    if (!table) throw new Error(`no table ${name}`);
    return table;
  }

  #imageOf({ TableName, key }: Write): Item | undefined {
    return this.#table(TableName).get(key);
  }

  #written(write: Write, before: Item | undefined, after: Item | undefined, failed: boolean): Capacity[] {
    const { shape } = this.#table(write.TableName);
    const bytes = Math.max(
      ...[before, failed ? write.key : after].map((image) => (image ? itemBytes(image) : 0)),
    );
    const partition = String(write.key[shape.hash]);
    const all: Capacity[] = [{ table: shape.name, kind: 'write', units: writeUnits(bytes), partition }];
    if (failed) return all;
    for (const [index, keys] of Object.entries(shape.indexes ?? {})) {
      const project = (image: Item | undefined) => projected(image, [shape.hash, shape.range], keys);
      const units = indexUnits(project(before), project(after), keys);
      const partition = String((after ?? before)?.[keys.hash] ?? before?.[keys.hash]);
      if (units > 0) all.push({ table: shape.name, index, kind: 'write', units, partition });
    }
    return all;
  }

  #reads(name: string, input: Input, answer: unknown): Capacity[] {
    const consistent = input.ConsistentRead === true;
    if (name === 'GetCommand' || name === 'GetItemCommand') {
      const { Item } = answer as { Item?: Item };
      const item = Item && (name === 'GetItemCommand' ? unmarshall(Item as never) : Item);
      const units = readUnits(item ? itemBytes(item) : 0, consistent);
      return [{ table: String(input.TableName), kind: 'read', units }];
    }
    if (name === 'QueryCommand' || name === 'ScanCommand') {
      const { Items = [] } = answer as { Items?: Item[] };
      const units = readUnits(
        Items.reduce((sum, item) => sum + itemBytes(item), 0),
        consistent,
      );
      const index = input.IndexName === undefined ? {} : { index: String(input.IndexName) };
      return [{ table: String(input.TableName), ...index, kind: 'read', units }];
    }
    if (name === 'BatchGetCommand') {
      const { Responses = {} } = answer as { Responses?: Record<string, Item[]> };
      const requested = input.RequestItems as Record<string, { Keys: Item[]; ConsistentRead?: boolean }>;
      return Object.entries(requested).flatMap(([table, { Keys, ConsistentRead = false }]) => {
        const found = Responses[table] ?? [];
        const missing = Keys.length - found.length;
        const sizes = [...found.map(itemBytes), ...Array.from({ length: missing }, () => 0)];
        const units = sizes.reduce((sum, bytes) => sum + readUnits(bytes, ConsistentRead), 0);
        return [{ table, kind: 'read' as const, units }];
      });
    }
    return [];
  }
}

interface Write {
  TableName: string;
  /** The key, or the whole item: `Table.get` takes either. */
  key: Item;
}

const PLAIN = new Set(['PutItemCommand', 'UpdateItemCommand', 'DeleteItemCommand', 'GetItemCommand']);

/** A library sends the plain commands: their items are marshalled. */
function plainInput({ constructor: { name }, input }: Command): Input {
  const given = input as Input;
  if (!PLAIN.has(name)) return given;
  const field = given.Item === undefined ? 'Key' : 'Item';
  return { ...given, [field]: unmarshall(given[field] as never) };
}

function writesOf(name: string, input: Input): Write[] {
  const one = ({ TableName, Item, Key }: Input) => ({
    TableName: String(TableName),
    key: (Item ?? Key) as Item,
  });
  if (/^(Put|Update|Delete)(Item)?Command$/.test(name)) return [one(input)];
  if (name === 'TransactWriteCommand') {
    return (input.TransactItems as Record<string, Input>[]).flatMap((item) => Object.values(item).map(one));
  }
  if (name === 'BatchExecuteStatementCommand')
    return insertsOf(input).map(({ TableName, Item }) => ({ TableName, key: Item }));
  if (name === 'BatchWriteCommand') {
    const requested = input.RequestItems as Record<string, Record<string, Input>[]>;
    return Object.entries(requested).flatMap(([TableName, requests]) =>
      requests.flatMap((request) => Object.values(request).map((part) => one({ ...part, TableName }))),
    );
  }
  return [];
}

interface IndexKeys {
  hash: string;
  range?: string | undefined;
  keysOnly?: boolean;
}

/** The item as an index has it; undefined where it lacks the index's keys. */
function projected(
  image: Item | undefined,
  tableKeys: readonly (string | undefined)[],
  { hash, range, keysOnly }: IndexKeys,
): Item | undefined {
  if (!image || image[hash] === undefined || (range && image[range] === undefined)) return undefined;
  if (!keysOnly) return image;
  const names = [...tableKeys, hash, range].filter((name) => name !== undefined && name !== '');
  return Object.fromEntries(names.map((name) => [name, image[name as string]]));
}

/** "Working with global secondary indexes", developer guide: a new entry, a changed one, one that leaves; a changed key is two writes. */
function indexUnits(before: Item | undefined, after: Item | undefined, { hash, range }: IndexKeys): number {
  const units = (image: Item | undefined) => (image ? writeUnits(itemBytes(image)) : 0);
  if (!before || !after) return units(before) + units(after);
  const isSameKey = before[hash] === after[hash] && (!range || before[range] === after[range]);
  if (!isSameKey) return units(before) + units(after);
  return JSON.stringify(before) === JSON.stringify(after) ? 0 : Math.max(units(before), units(after));
}
