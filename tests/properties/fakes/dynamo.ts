import {
  ConditionalCheckFailedException,
  ResourceNotFoundException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type Item, satisfies, updated } from './expression.ts';
import { scanned } from './scan.ts';
import type { Table } from './table.ts';

type Input = Record<string, unknown>;
type Command = { constructor: { name: string }; input: object };

/** DynamoDB keeps a transaction's token for ten minutes. */
const TOKEN_MS = 600_000;

/**
 * The DynamoDB calls that the functions make, over tables in memory; each takes effect at once and whole. Takes the
 * document client's commands and, where a library sends them, the plain ones. Any other command throws.
 */
export class FakeDynamo {
  readonly #tables: ReadonlyMap<string, Table>;
  readonly #now: () => number;
  readonly #indexLag: (index: string) => number;
  readonly #tokens = new Map<string, { content: string; at: number }>();

  /** @param indexLag how many ms an index is behind its table */
  constructor(tables: readonly Table[], now: () => number, indexLag: (index: string) => number = () => 0) {
    this.#indexLag = indexLag;
    this.#tables = new Map(tables.map((table) => [table.shape.name, table]));
    this.#now = now;
  }

  /** @param staleMs how old what a read sees that is not consistent */
  perform(command: Command, staleMs = 0): unknown {
    const input = command.input as Input;
    const behind = input.ConsistentRead === true ? 0 : staleMs;
    switch (command.constructor.name) {
      case 'PutCommand':
        return this.#put(input);
      case 'PutItemCommand':
        return this.#put(plain(input, ['Item', 'ExpressionAttributeValues']));
      case 'GetCommand':
        return { Item: this.#table(input).get(input.Key as Item, behind) };
      case 'GetItemCommand': {
        const Item = this.#table(input).get(unmarshall(input.Key as never), behind);
        return { Item: Item && marshall(Item) };
      }
      case 'UpdateCommand':
        return this.#update(input);
      case 'UpdateItemCommand':
        return this.#update(plain(input, ['Key', 'ExpressionAttributeValues']));
      case 'DeleteItemCommand':
        return this.#table(input).remove(unmarshall(input.Key as never)) ?? {};
      case 'QueryCommand':
        return this.#query(input, behind);
      case 'ScanCommand': {
        const lag = input.IndexName === undefined ? 0 : this.#indexLag(String(input.IndexName));
        return scanned(this.#table(input), input, Math.max(behind, lag));
      }
      case 'DescribeTableCommand':
        return { Table: { ItemCount: this.#table(input).all().length } };
      case 'BatchWriteCommand':
        return this.#batchDelete(input);
      case 'BatchGetCommand':
        return this.#batchGet(input, staleMs);
      case 'BatchExecuteStatementCommand':
        return this.#insert(input);
      case 'TransactWriteCommand':
        return this.#transact(input);
      default:
        throw new Error(`the fake has no ${command.constructor.name}`);
    }
  }

  #table({ TableName }: Input): Table {
    const table = this.#tables.get(String(TableName));
    if (table) return table;
    throw new ResourceNotFoundException({ message: `no table ${TableName}`, $metadata: {} });
  }

  #put(input: Input): object {
    const table = this.#table(input);
    const existing = table.get(input.Item as Item);
    this.#check(input, existing);
    table.put(input.Item as Item);
    return {};
  }

  #update(input: Input): object {
    const table = this.#table(input);
    const existing = table.get(input.Key as Item);
    this.#check(input, existing);
    table.put(updated(String(input.UpdateExpression), existing ?? (input.Key as Item), placeholders(input)));
    return {};
  }

  #check(input: Input, existing: Item | undefined): void {
    if (holds(input, existing)) return;
    throw new ConditionalCheckFailedException({
      message: 'The conditional request failed',
      $metadata: {},
      ...(input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' &&
        existing && { Item: marshall(existing) }),
    });
  }

  #query(input: Input, staleMs: number): object {
    const table = this.#table(input);
    const index = input.IndexName === undefined ? undefined : String(input.IndexName);
    const { hash, range, ...shape } = index
      ? table.index(index)
      : { hash: table.shape.hash, range: table.shape.range };
    const all = placeholders(input);
    const condition = String(input.KeyConditionExpression);
    const from = index
      ? table.indexPartition(
          index,
          partitionOf(condition, hash, all.values),
          Math.max(staleMs, this.#indexLag(index)),
        )
      : table.partition(partitionOf(condition, hash, all.values), staleMs);
    let items = from.filter((item) => satisfies(condition, item, all));
    if (input.ScanIndexForward === false) items.reverse();
    const start = input.ExclusiveStartKey as Item | undefined;
    if (start && range) {
      const at = items.findIndex((item) => isSame(item, start));
      items = items.slice(at + 1);
    }
    const limit = (input.Limit as number | undefined) ?? Number.POSITIVE_INFINITY;
    const page = items.slice(0, limit);
    const last = page.at(-1);
    const keys = [table.shape.hash, table.shape.range, hash, range].filter((name) => name !== undefined);
    const keyOf = (item: Item) => Object.fromEntries(keys.map((name) => [name, item[name]]));
    const kept =
      input.FilterExpression === undefined
        ? page
        : page.filter((item) => satisfies(String(input.FilterExpression), item, all));
    return {
      Items: 'keysOnly' in shape && shape.keysOnly ? kept.map(keyOf) : kept,
      ...(page.length === limit && last && { LastEvaluatedKey: keyOf(last) }),
    };
  }

  #batchGet({ RequestItems }: Input, staleMs: number): object {
    const Responses: Record<string, Item[]> = {};
    const requested = RequestItems as Record<string, { Keys: Item[]; ConsistentRead?: boolean }>;
    for (const [TableName, { Keys, ConsistentRead }] of Object.entries(requested)) {
      const behind = ConsistentRead ? 0 : staleMs;
      Responses[TableName] = Keys.map((key) => this.#table({ TableName }).get(key, behind)).filter(
        (item) => item !== undefined,
      );
    }
    return { Responses, UnprocessedKeys: {} };
  }

  #batchDelete({ RequestItems }: Input): object {
    const requested = RequestItems as Record<string, { DeleteRequest: { Key: Item } }[]>;
    for (const [TableName, requests] of Object.entries(requested)) {
      for (const { DeleteRequest } of requests) this.#table({ TableName }).remove(DeleteRequest.Key);
    }
    return { UnprocessedItems: {} };
  }

  #insert(input: Input): object {
    const Responses = insertsOf(input).map(({ TableName, Item }) => {
      const table = this.#table({ TableName });
      if (table.get(Item)) return { Error: { Code: 'DuplicateItem' }, TableName };
      table.put(Item);
      return { TableName };
    });
    return { Responses };
  }

  #transact({ TransactItems, ClientRequestToken: token }: Input): object {
    const items = TransactItems as { Put?: Input; Update?: Input }[];
    const content = JSON.stringify(items);
    const earlier = typeof token === 'string' ? this.#tokens.get(token) : undefined;
    if (earlier && this.#now() - earlier.at < TOKEN_MS) {
      if (earlier.content === content) return {};
      const error = new Error('the token was used for another transaction');
      throw Object.assign(error, { name: 'IdempotentParameterMismatchException' });
    }
    const reasons = items.map(({ Put, Update }) => {
      const input = Put ?? Update ?? {};
      const existing = this.#table(input).get((Put?.Item ?? Update?.Key) as Item);
      if (holds(input, existing)) return { Code: 'None' };
      const returned = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && existing;
      return { Code: 'ConditionalCheckFailed', ...(returned && { Item: marshall(returned) }) };
    });
    if (reasons.some(({ Code }) => Code !== 'None')) throw canceled(reasons);
    for (const { Put, Update } of items) {
      if (Put) this.#table(Put).put(Put.Item as Item);
      if (Update) this.#update(Update);
    }
    if (typeof token === 'string') this.#tokens.set(token, { content, at: this.#now() });
    return {};
  }
}

const INSERT = /^INSERT INTO "([^"]+)" VALUE \{(.*)\}$/;

/** What the statements of a BatchExecuteStatement insert. Throws for any other statement. */
export function insertsOf({ Statements }: Input): { TableName: string; Item: Item }[] {
  const statements = Statements as { Statement: string; Parameters: unknown[] }[];
  return statements.map(({ Statement, Parameters }) => {
    const [, TableName = '', attributes = ''] = INSERT.exec(Statement) ?? [];
    const names = [...attributes.matchAll(/'((?:[^']|'')*)': \?/g)].map(([, name = '']) =>
      name.replaceAll("''", "'"),
    );
    if (!TableName || names.length !== Parameters.length)
      throw new Error(`the fakes cannot read: ${Statement}`);
    return { TableName, Item: Object.fromEntries(names.map((name, index) => [name, Parameters[index]])) };
  });
}

/** A transaction that DynamoDB did not make, and why, item by item. */
export const canceled = (CancellationReasons: { Code: string }[]) =>
  new TransactionCanceledException({
    message: `Transaction cancelled [${CancellationReasons.map(({ Code }) => Code).join(', ')}]`,
    $metadata: {},
    CancellationReasons,
  });

const placeholders = (input: Input) => ({
  names: (input.ExpressionAttributeNames ?? {}) as Record<string, string>,
  values: (input.ExpressionAttributeValues ?? {}) as Record<string, unknown>,
});

const holds = (input: Input, existing: Item | undefined): boolean =>
  input.ConditionExpression === undefined ||
  satisfies(String(input.ConditionExpression), existing ?? {}, placeholders(input));

function plain(input: Input, fields: readonly string[]): Input {
  const marshalled = fields.filter((field) => input[field] !== undefined);
  return {
    ...input,
    ...Object.fromEntries(marshalled.map((field) => [field, unmarshall(input[field] as never)])),
  };
}

function partitionOf(condition: string, hash: string, values: Record<string, unknown>): unknown {
  const value = new RegExp(`^${hash} = (:\\w+)`).exec(condition)?.[1];
  if (!value) throw new Error(`the fakes cannot read: ${condition}`);
  return values[value];
}

const isSame = (item: Item, key: Item): boolean =>
  Object.entries(key).every(([name, value]) => item[name] === value);
