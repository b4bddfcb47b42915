import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from '@jest/globals';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { begin, changeGenerations } from '#kit/projections/generation-changes.ts';
import { type Checkpoint, keyOf } from '#kit/projections/rebuild/checkpoint.ts';
import { commitStep } from '#kit/steps/checkpoint.ts';
import { counterApplication } from '#tests/support/counter/application.ts';

type Item = Record<string, unknown>;
interface Put {
  Item: Item;
  ConditionExpression?: string;
}

/** One place of a table that refuses each conditional put, since `there` makes of the new item what stands there already. */
function refusing(there: (put: Item) => Item | undefined, stored?: Item) {
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

const segment = { projection: 'counter-view', generation: 2, phase: 'filling', segment: 0 } as const;
const counters = { scanned: 0, done: 0, repaired: 0, differing: 0, examples: [], ended: false };
const commit = (runtime: Runtime): Promise<boolean> =>
  commitStep<Checkpoint>(runtime, keyOf(segment), 3, { phase: 'filling', segment: 0, ...counters });
const itself = (put: Item) => put;
const anothers = (put: Item) => ({ ...put, changeId: 'another', by: 'another' });

describe('A change of the generations', () => {
  const change = begin({ segments: 1, expected: 1 });
  const stored = { pk: 'PROJECTION#counter-view', sk: 'GENERATIONS', live: 1, newest: 1, changeId: 'before' };

  test('whose answer was lost, so that the SDK sent it again, is made', async () => {
    const { runtime, puts } = refusing(itself);
    expect(await changeGenerations(runtime, 'counter-view', change)).toMatchObject({ newest: 2 });
    expect(puts).toHaveLength(1);
  });

  test('that another one came before is tried anew, and never written over it', async () => {
    const { runtime, puts } = refusing(anothers, stored);
    await expect(changeGenerations(runtime, 'counter-view', change)).rejects.toThrow('tried for ever');
    expect(new Set(puts.map(({ ConditionExpression }) => ConditionExpression))).toEqual(
      new Set(['changeId = :previous']),
    );
  });
});

describe('A checkpoint', () => {
  test('whose answer was lost, so that the SDK sent it again, is written', async () => {
    expect(await commit(refusing(itself).runtime)).toBe(true);
  });

  test('of a step that another execution has done is not', async () => {
    expect(await commit(refusing(anothers).runtime)).toBe(false);
    expect(await commit(refusing(() => undefined).runtime)).toBe(false);
  });
});
