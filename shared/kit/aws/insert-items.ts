import { BatchExecuteStatementCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#kit/config/runtime.ts';
import type { ItemKey } from '#kit/projections/keys.ts';
import { chunksOf } from './chunks.ts';

/** Statements of one BatchExecuteStatement, and characters of a statement (DynamoDB API reference). */
const PER_CALL = 25;
const MAX_STATEMENT = 8_192;

/**
 * Writes each of these (distinct) items to the read model where there is none of its key: the only batch of writes with a condition that
 * DynamoDB has. Answers with those that it did not write, whether there was one or DynamoDB could not.
 * AWS calls: one BatchExecuteStatement for each 25 items, all at once; it takes the permission PartiQLInsert.
 */
export async function insertItems<Item extends ItemKey>(
  runtime: Runtime,
  items: readonly Item[],
): Promise<Item[]> {
  const table = runtime.setting('READ_MODEL_TABLE');
  const inserts = items.map((item) => ({ item, insert: insertStatement(table, item) }));
  const possible = inserts.filter(({ insert }) => insert.Statement.length <= MAX_STATEMENT);
  const written = await Promise.all(
    chunksOf(possible, PER_CALL).map(async (chunk) => {
      const Statements = chunk.map(({ insert }) => insert);
      const { Responses = [] } = await runtime.dynamo.send(new BatchExecuteStatementCommand({ Statements }));
      return chunk.filter((_, index) => Responses[index] && !Responses[index].Error);
    }),
  );
  const done = new Set(written.flat());
  return inserts.filter((one) => !done.has(one)).map(({ item }) => item);
}

/** In the documented form: a name and a parameter for each attribute, but for those that are undefined. */
export function insertStatement(table: string, item: object) {
  const attributes = Object.entries(item).filter(([, value]) => value !== undefined);
  const names = attributes.map(([name]) => `'${name.replaceAll("'", "''")}': ?`);
  return {
    Statement: `INSERT INTO "${table}" VALUE {${names.join(', ')}}`,
    Parameters: attributes.map(([, value]) => value),
  };
}
