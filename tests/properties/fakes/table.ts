import { createHash } from 'node:crypto';
import type { Item } from './expression.ts';

// In the test runner's context each look at a global costs, and this runs for each read and write.
const { keys } = Object;
const { isArray } = Array;

export interface TableShape {
  name: string;
  hash: string;
  range?: string;
  /** Name → its keys. Items without them are not in it. */
  indexes?: Readonly<Record<string, { hash: string; range: string; keysOnly?: boolean }>>;
}

/** A new item as the table's stream has it. */
export interface Inserted {
  sequenceNumber: string;
  item: Item;
  /** ms since 1970. */
  at: number;
}

interface Past {
  /** When it was changed; ms since 1970. */
  until: number;
  item: Item | undefined;
}

/** The items of one table in memory, and its stream: one log a shard, each in the order of its writes. */
export class Table {
  readonly shape: TableShape;
  /** What was inserted, by shard. Changes of an item are counted in `modified` only: no handler takes them. */
  readonly shards: Inserted[][];
  onInsert: () => void = () => undefined;
  readonly #items = new Map<string, Map<string, Item>>();
  /** What was there before each change, oldest first. */
  readonly #past = new Map<string, Past[]>();
  /** Index → value of its hash key → the keys of all items that ever were in that partition of it. */
  readonly #indexed = new Map<string, Map<unknown, Map<string, Item>>>();
  readonly #now: () => number;
  #sequence = 0;

  constructor(shape: TableShape, now: () => number, shards = 1) {
    this.shape = shape;
    this.#now = now;
    this.shards = Array.from({ length: shards }, () => []);
  }

  /** @param staleMs as it was so long ago; 0 = as it is */
  get(key: Item, staleMs = 0): Item | undefined {
    const found = this.#then(this.#partition(key)?.get(this.#rangeOf(key)), key, staleMs);
    return found && clone(found);
  }

  put(item: Item): void {
    const stored = clone(item);
    const partition = this.#partition(stored, true);
    const range = this.#rangeOf(stored);
    const isNew = !partition?.has(range);
    this.#remember(stored, partition?.get(range));
    partition?.set(range, stored);
    this.#noteInIndexes(stored);
    if (!isNew) return;
    const shard = this.shards[shardOf(String(stored[this.shape.hash]), this.shards.length)];
    const sequenceNumber = String(++this.#sequence).padStart(21, '0');
    shard?.push({ sequenceNumber, item: stored, at: this.#now() });
    this.onInsert();
  }

  remove(key: Item): void {
    const partition = this.#partition(key);
    this.#remember(key, partition?.get(this.#rangeOf(key)));
    partition?.delete(this.#rangeOf(key));
  }

  /** All items, as they are. */
  all(): Item[] {
    return [...this.#items.values()].flatMap((partition) => [...partition.values()]).map(clone);
  }

  /** As it was so long ago, in no order; of an index, what is in it. */
  scan(index?: string, staleMs = 0): Item[] {
    const { hash, range } = index ? this.index(index) : { hash: this.shape.hash, range: undefined };
    const now = [...this.#items.values()].flatMap((partition) => [...partition.values()]);
    return this.#allThen(now, staleMs)
      .filter((item) => item[hash] !== undefined && (!range || item[range] !== undefined))
      .map(clone);
  }

  /** The items of one partition of an index, in the order of its sort key. */
  indexPartition(index: string, value: unknown, staleMs = 0): Item[] {
    const { hash, range } = this.index(index);
    const keys = [...(this.#indexed.get(index)?.get(value)?.values() ?? [])];
    const now = keys
      .map((key) => this.#partition(key)?.get(this.#rangeOf(key)))
      .filter((item) => item !== undefined);
    const items = this.#allThen(now, staleMs).filter(
      (item) => item[hash] === value && item[range] !== undefined,
    );
    return sorted(items, range).map(clone);
  }

  /** The items of one partition, in the order of the sort key. */
  partition(value: unknown, staleMs = 0): Item[] {
    const now = [...(this.#items.get(String(value))?.values() ?? [])];
    return sorted(this.#allThen(now, staleMs), this.shape.range).map(clone);
  }

  index(name: string) {
    const index = this.shape.indexes?.[name];
    if (!index) throw new Error(`${this.shape.name} has no index ${name}`);
    return index;
  }

  #noteInIndexes(item: Item): void {
    for (const [name, { hash }] of Object.entries(this.shape.indexes ?? {})) {
      if (item[hash] === undefined) continue;
      const partitions = this.#indexed.get(name) ?? new Map<unknown, Map<string, Item>>();
      this.#indexed.set(name, partitions);
      const keys = partitions.get(item[hash]) ?? new Map<string, Item>();
      partitions.set(item[hash], keys.set(this.#nameOf(item), item));
    }
  }

  #remember(key: Item, item: Item | undefined): void {
    const name = this.#nameOf(key);
    this.#past.set(name, [...(this.#past.get(name) ?? []), { until: this.#now(), item }]);
  }

  /** What stood in the place of an item that is there now, or is not. */
  #then(item: Item | undefined, key: Item, staleMs: number): Item | undefined {
    if (staleMs === 0) return item;
    const at = this.#now() - staleMs;
    const past = this.#past.get(this.#nameOf(key))?.find(({ until }) => until > at);
    return past ? past.item : item;
  }

  // What was removed meanwhile is not looked for: nothing reads a list that it removes from.
  #allThen(items: Item[], staleMs: number): Item[] {
    return items.map((item) => this.#then(item, item, staleMs)).filter((item) => item !== undefined);
  }

  #nameOf(key: Item): string {
    return `${key[this.shape.hash]}\n${this.#rangeOf(key)}`;
  }

  #partition(key: Item, create = false): Map<string, Item> | undefined {
    const name = String(key[this.shape.hash]);
    let partition = this.#items.get(name);
    if (!partition && create) {
      partition = new Map();
      this.#items.set(name, partition);
    }
    return partition;
  }

  #rangeOf(key: Item): string {
    return this.shape.range === undefined ? '' : String(key[this.shape.range]);
  }
}

// Nobody keeps a hand on what is stored, and `undefined` is left out, as the document client does.
const clone = (item: Item): Item => {
  const copy: Item = {};
  for (const name of keys(item)) {
    const value = item[name];
    if (value !== undefined) copy[name] = cloneValue(value);
  }
  return copy;
};

const cloneValue = (value: unknown): unknown => {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  return isArray(value) ? value.map(cloneValue) : clone(value as Item);
};

const sorted = (items: Item[], by: string | undefined): Item[] =>
  by === undefined
    ? items
    : items.sort((a, b) => ((a[by] as number) < (b[by] as number) ? -1 : a[by] === b[by] ? 0 : 1));

const shardOf = (partition: string, shards: number): number =>
  createHash('md5').update(partition).digest().readUInt32BE(0) % shards;
