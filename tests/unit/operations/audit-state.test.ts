import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from '@jest/globals';
import { openLane } from '#functions/operations/audit/lane.ts';
import { AuditOvertaken, readState, saveState } from '#functions/operations/audit/state.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { counterApplication } from '#tests/support/counter/application.ts';
import { anothers, itself, refusing } from '#tests/support/refusing-table.ts';

interface Input {
  ConsistentRead?: boolean;
  Item?: object;
  ExpressionAttributeValues?: { ':value': number };
}

/** The read model with nothing but the audit's item, which has this version. */
function table(version: number, item?: object) {
  const inputs: Input[] = [];
  const send = async ({ input }: { input: Input }) => {
    inputs.push(input);
    if (!input.Item) return { Item: item };
    if (input.ExpressionAttributeValues?.[':value'] === version) return {};
    throw new ConditionalCheckFailedException({ message: 'no', $metadata: {} });
  };
  const runtime = createRuntime(counterApplication, {
    dynamo: { send } as unknown as Runtime['dynamo'],
    now: () => Date.UTC(2026, 5, 15),
    settings: { READ_MODEL_TABLE: 'read-model' },
  });
  return { runtime, inputs };
}

// A stale state would redeliver what was redelivered already, and lose what is pending.
test('The state of the audit is read strongly consistent', async () => {
  const { runtime, inputs } = table(0);
  const auditedTo = Date.UTC(2026, 5, 14);
  expect(await readState(runtime)).toEqual({
    version: 0,
    passes: { first: { auditedTo }, second: { auditedTo } },
    pending: [],
  });
  expect(inputs).toMatchObject([{ ConsistentRead: true }]);
});

test('A state is read as it was saved, and saved over the version alone that was read', async () => {
  const state = {
    version: 4,
    passes: {
      first: { auditedTo: 10 },
      second: { auditedTo: 5, open: { to: 9, place: { eventType: 'X' } } },
    },
    pending: [
      {
        eventType: 'X',
        streamId: 'counter-c1',
        version: 1,
        eventId: 'e',
        missingAt: [{ consumer: 'mailer' }],
        redeliveries: 2,
        redeliveredAt: 7,
      },
    ],
  };
  const { runtime, inputs } = table(4);
  const saved = await saveState(runtime, state);
  expect(saved).toEqual({ ...state, version: 5 });
  expect(await readState(table(5, inputs[0]?.Item).runtime)).toEqual(saved);
  await expect(saveState(table(5).runtime, state)).rejects.toThrow(AuditOvertaken);
});

describe('What the audit writes, where the answer is lost and the SDK sends it again', () => {
  const state = { version: 3, passes: { first: { auditedTo: 1 }, second: { auditedTo: 0 } }, pending: [] };
  const open = (runtime: Runtime) => {
    const span = { eventType: 'X', shard: 0, part: 0, from: 0, to: 1 };
    return openLane(runtime, { pass: 'first', window: '2026-11-28T00:00:00.000Z' }, span, undefined);
  };

  test('is its own: the run goes on, and the first step of a lane is sent', async () => {
    expect(await saveState(refusing(itself).runtime, state)).toEqual({ ...state, version: 4 });
    expect(await open(refusing(itself).runtime)).toBe(true);
  });

  test('is not where another run wrote it', async () => {
    await expect(saveState(refusing(anothers).runtime, state)).rejects.toThrow(AuditOvertaken);
    expect(await open(refusing(anothers).runtime)).toBe(false);
  });
});
