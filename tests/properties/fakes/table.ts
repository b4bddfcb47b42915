import { createHash } from 'node:crypto';
import type { Item } from './expression.ts';

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
}

/** The items of one table in memory, and its stream: one log a shard, each in the order of its writes. */
export class Table {
  readonly shape: TableShape;
  /** What was inserted, by shard. Changes of an item are counted in `modified` only: no handler takes them. */
  readonly shards: Inserted[][];
  onInsert: () => void = () => undefined;
  readonly #items = new Map<string, Map<string, Item>>();
  #sequence = 0;

  constructor(shape: TableShape, shards = 1) {
    this.shape = shape;
    this.shards = Array.from({ length: shards }, () => []);
  }

  get(key: Item): Item | undefined {
    const found = this.#partition(key)?.get(this.#rangeOf(key));
    return found && clone(found);
  }

  put(item: Item): void {
    const stored = clone(item);
    const partition = this.#partition(stored, true);
    const range = this.#rangeOf(stored);
    const isNew = !partition?.has(range);
    partition?.set(range, stored);
    if (!isNew) return;
    const shard = this.shards[shardOf(String(stored[this.shape.hash]), this.shards.length)];
    shard?.push({ sequenceNumber: String(++this.#sequence).padStart(21, '0'), item: stored });
    this.onInsert();
  }

  remove(key: Item): void {
    this.#partition(key)?.delete(this.#rangeOf(key));
  }

  /** In the order of the sort key, of the table or of one of its indexes. */
  all(index?: string): Item[] {
    const { hash, range } = index ? this.index(index) : { hash: this.shape.hash, range: this.shape.range };
    const items = [...this.#items.values()].flatMap((partition) => [...partition.values()]);
    const present = items.filter((item) => item[hash] !== undefined && (!range || item[range] !== undefined));
    return sorted(present, range).map(clone);
  }

  /** The items of one partition, in the order of the sort key. */
  partition(value: unknown): Item[] {
    return sorted([...(this.#items.get(String(value))?.values() ?? [])], this.shape.range).map(clone);
  }

  index(name: string) {
    const index = this.shape.indexes?.[name];
    if (!index) throw new Error(`${this.shape.name} has no index ${name}`);
    return index;
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

// Through JSON: nobody keeps a hand on what is stored, and `undefined` is left out, as the document client does.
const clone = (item: Item): Item => JSON.parse(JSON.stringify(item)) as Item;

const sorted = (items: Item[], by: string | undefined): Item[] =>
  by === undefined
    ? items
    : items.sort((a, b) => ((a[by] as number) < (b[by] as number) ? -1 : a[by] === b[by] ? 0 : 1));

const shardOf = (partition: string, shards: number): number =>
  createHash('md5').update(partition).digest().readUInt32BE(0) % shards;
