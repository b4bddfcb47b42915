import type { Service } from './adversary.ts';
import type { Call } from './defect.ts';
import type { FaultKind } from './faults.ts';
import type { Random } from './random.ts';

// What faults make of a call to AWS, other than that it fails or never answers.

/** What is no failure: correct code does not notice. */
export const HARMLESS: ReadonlySet<FaultKind> = new Set(['slow', 'stale read', 'page cut', 'left over']);

/** DynamoDB may end a page after any item: at a megabyte, and where it has worked for long enough. */
export function withShortPage(command: object, random: Random): object {
  const { input } = described(command);
  const { Limit = 10 } = input as { Limit?: number };
  return again(command, { ...input, Limit: random.between(1, Math.min(3, Limit)) });
}

export async function withKeysLeftOver(
  command: object,
  random: Random,
  perform: (command?: object) => Promise<unknown>,
): Promise<unknown> {
  const { input } = described(command);
  const [[table, { Keys, ...rest }]] = Object.entries(
    input.RequestItems as Record<string, { Keys: object[] }>,
  ) as [[string, { Keys: object[] }]];
  const count = random.between(0, Keys.length - 1);
  const left = { [table]: { ...rest, Keys: Keys.slice(count) } };
  if (count === 0) return { Responses: {}, UnprocessedKeys: left };
  const RequestItems = { [table]: { ...rest, Keys: Keys.slice(0, count) } };
  const answer = (await perform(again(command, { ...input, RequestItems }))) as object;
  return { ...answer, UnprocessedKeys: left };
}

/** DynamoDB could not execute some of the statements, and says so. */
export async function withStatementsFailed(
  command: object,
  random: Random,
  perform: (command?: object) => Promise<unknown>,
): Promise<unknown> {
  const { input } = described(command);
  const all = input.Statements as object[];
  const failed = new Set(all.filter(() => random.hits(0.5)));
  const Statements = all.filter((one) => !failed.has(one));
  const { Responses } = (
    Statements.length > 0 ? await perform(again(command, { ...input, Statements })) : { Responses: [] }
  ) as { Responses: object[] };
  return {
    Responses: all.map((one) =>
      failed.has(one) ? { Error: { Code: 'ThrottlingError' } } : Responses[Statements.indexOf(one)],
    ),
  };
}

function again(command: object, input: object): object {
  const Create = command.constructor as new (input: object) => object;
  return new Create(input);
}

export function described(command: object): Pick<Call, 'name' | 'input' | 'command'> {
  const { input } = command as { input: Record<string, unknown> };
  return { name: command.constructor.name, input, command };
}

export const failure = (service: Service): Error =>
  Object.assign(new Error('Rate exceeded'), {
    name: service === 'dynamo' ? 'ProvisionedThroughputExceededException' : 'ThrottledException',
  });

/** Some entries of a batch have no effect, and the answer says so. */
export async function partly(
  command: object,
  random: Random,
  perform: (command?: object) => Promise<unknown>,
): Promise<unknown> {
  const { input } = described(command);
  const list = 'Entries' in input ? 'Entries' : 'PublishBatchRequestEntries';
  const entries = input[list] as { Id: string }[];
  const sunk = new Set(entries.filter(() => random.hits(0.5)));
  if (sunk.size === 0 && entries[0]) sunk.add(entries[0]);
  const sent = entries.filter((entry) => !sunk.has(entry));
  const answer = (sent.length > 0 ? await perform(again(command, { ...input, [list]: sent })) : {}) as {
    Failed?: object[];
  };
  const failed = [...sunk].map(({ Id }) => ({
    Id,
    Code: 'InternalError',
    SenderFault: false,
    Message: 'sunk',
  }));
  return { ...answer, Failed: [...(answer.Failed ?? []), ...failed] };
}
