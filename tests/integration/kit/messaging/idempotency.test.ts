import { randomUUID } from 'node:crypto';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { RuntimeParts } from '#kit/config/runtime.ts';
import { createIdempotentEffect } from '#kit/messaging/idempotency.ts';
import { REMEMBERED_SECONDS } from '#kit/messaging/repeatable.ts';
import { startCounters } from '#tests/support/counter/data.ts';
import { eventually } from '#tests/support/eventually.ts';
import { createIdempotencyTable, type Tables, watched } from '#tests/support/tables.ts';

let data: Tables;
let table: string;
beforeAll(async () => {
  data = await startCounters();
  table = await createIdempotencyTable();
});
afterAll(() => data.stop());

const runtime = (CONSUMER = 'mailer', parts: RuntimeParts = {}) =>
  data.runtime({ ...parts, settings: { IDEMPOTENCY_TABLE: table, CONSUMER } });

/** The effects of an invocation that has so many milliseconds left. */
const effects = (consumer?: string, parts?: RuntimeParts, leftMs = 60_000) =>
  createIdempotentEffect(runtime(consumer, parts), { getRemainingTimeInMillis: () => leftMs });

const newEffect = () => jest.fn<() => Promise<void>>(async () => undefined);

describe('An effect outside', () => {
  test('happens once for an event, however often that arrives; other events have their own', async () => {
    const [eventId, other] = [randomUUID(), randomUUID()];
    const effect = newEffect();
    const { dynamo, counts } = watched(data.dynamo);
    await effects('mailer', { dynamo })(eventId, effect);
    expect(counts).toEqual({ PutItemCommand: 1, UpdateItemCommand: 1 });
    await effects()(eventId, effect);
    expect(effect).toHaveBeenCalledTimes(1);
    await effects()(other, effect);
    expect(effect).toHaveBeenCalledTimes(2);
  });

  test('happens once for each consumer', async () => {
    const eventId = randomUUID();
    const effect = newEffect();
    for (const consumer of ['mailer', 'caller', 'mailer', 'caller']) await effects(consumer)(eventId, effect);
    expect(effect).toHaveBeenCalledTimes(2);
  });

  test('that throws may be tried again', async () => {
    const eventId = randomUUID();
    const effect = newEffect().mockRejectedValueOnce(new Error('mailbox full'));
    await expect(effects()(eventId, effect)).rejects.toThrow('mailbox full');
    await effects()(eventId, effect);
    await effects()(eventId, effect);
    expect(effect).toHaveBeenCalledTimes(2);
  });

  test('lets a second delivery fail meanwhile, which finds it done when it comes back', async () => {
    const eventId = randomUUID();
    let end = () => {};
    const effect = jest.fn(
      () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
    );
    const first = effects()(eventId, effect);
    await eventually(() => expect(effect).toHaveBeenCalledTimes(1));
    await expect(effects()(eventId, effect)).rejects.toMatchObject({
      name: 'IdempotencyAlreadyInProgressError',
    });
    end();
    await first;
    await effects()(eventId, effect);
    expect(effect).toHaveBeenCalledTimes(1);
  });

  /** A process that dies once the effect has happened, before it can write that down. */
  const dying = (): RuntimeParts => {
    const { dynamo } = watched(data.dynamo, (command) => {
      if (command !== 'PutItemCommand') throw new Error('killed');
    });
    return { dynamo };
  };

  test('of a crashed invocation is tried again once that must have ended, and not before', async () => {
    const [ended, running] = [randomUUID(), randomUUID()];
    const effect = newEffect();
    await expect(effects('mailer', dying(), 1)(ended, effect)).rejects.toThrow();
    await eventually(() => effects()(ended, effect));
    expect(effect).toHaveBeenCalledTimes(2);

    await expect(effects('mailer', dying(), 60_000)(running, effect)).rejects.toThrow();
    await expect(effects()(running, effect)).rejects.toMatchObject({
      name: 'IdempotencyAlreadyInProgressError',
    });
    expect(effect).toHaveBeenCalledTimes(3);
  });

  test('is remembered for as long as an event may come again', async () => {
    const eventId = randomUUID();
    const from = Math.floor(Date.now() / 1_000);
    const ids: string[] = [];
    const send = (command: { constructor: { name: string }; input: { Item?: { id?: { S?: string } } } }) => {
      const id = command.input.Item?.id?.S;
      if (id) ids.push(id);
      return data.dynamo.send(command as never);
    };
    await effects('mailer', { dynamo: { send } as never })(eventId, newEffect());
    const { Item } = await data.dynamo.send(new GetCommand({ TableName: table, Key: { id: ids[0] } }));
    expect(Item?.id).toMatch(/^mailer#/);
    expect(Item?.expiration - from).toBeGreaterThanOrEqual(REMEMBERED_SECONDS);
    expect(Item?.expiration - from).toBeLessThan(REMEMBERED_SECONDS + 60);
  });
});
