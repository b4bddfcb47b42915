import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { counterApplication } from './counter/application.ts';

type Item = Record<string, unknown>;
interface Put {
  Item: Item;
  ConditionExpression?: string;
}

/** One place of a table that refuses each conditional put, since `there` makes of the new item what stands there already. */
export function refusing(there: (put: Item) => Item | undefined, stored?: Item) {
  const puts: Put[] = [];
  const send = async (command: { constructor: { name: string }; input: Put }) => {
    if (command.constructor.name === 'GetCommand') return { Item: stored };
    puts.push(command.input);
    if (puts.length > 3) throw new Error('tried for ever');
    if (command.input.ConditionExpression === undefined) return {};
    const existing = there(command.input.Item);
    throw new ConditionalCheckFailedException({
      message: 'The conditional request failed',
      $metadata: {},
      ...(existing && { Item: marshall(existing) }),
    });
  };
  const runtime = createRuntime(counterApplication, {
    dynamo: { send } as unknown as Runtime['dynamo'],
    settings: { READ_MODEL_TABLE: 'read-model' },
  });
  return { runtime, puts };
}

/** The put itself was written, and its answer was lost. */
export const itself = (put: Item) => put;

export const anothers = (put: Item) => ({ ...put, changeId: 'another', by: 'another' });
