import { randomUUID } from 'node:crypto';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Runtime, RuntimeParts } from '#kit/config/runtime.ts';
import type { EventKey } from '#kit/event-store/by-type.ts';
import { projectionChecks } from '#kit/operations/delivery-check.ts';
import { generationsKey, type ItemKey, keyInGeneration } from '#kit/projections/keys.ts';
import { createProjectionConsumer } from '#kit/projections/projection-consumer.ts';
import { readViewVersions } from '#kit/projections/view-versions.ts';
import { counterApplication, counterDefinitions } from '#tests/support/counter/application.ts';
import { startCounters } from '#tests/support/counter/data.ts';
import { counterStream, keeperStream } from '#tests/support/counter/streams.ts';
import { counterKey, counterProjection, keeperKey } from '#tests/support/counter/views.ts';
import { sqsEvent } from '#tests/support/sqs-event.ts';
import { type Tables, watched } from '#tests/support/tables.ts';

const AT = '2026-04-30T23:59:59.000Z';

let data: Tables;
beforeAll(async () => {
  data = await startCounters();
});
afterAll(() => data.stop());

const sqs = { send: async () => ({}) } as unknown as Runtime['sqs'];
const settings = { CONSUMER: counterProjection.name, QUEUE_URL: 'http://queue', RETRY_BASE_SECONDS: '0' };

/** A process of the projection: it knows nothing of the generations yet. */
const consumer = (parts: RuntimeParts = {}) =>
  createProjectionConsumer(data.runtime({ sqs, ...parts, settings }), counterProjection);

async function stored(key: ItemKey) {
  const TableName = data.runtime().setting('READ_MODEL_TABLE');
  return (await data.dynamo.send(new GetCommand({ TableName, Key: key, ConsistentRead: true }))).Item;
}

const putGenerations = (generations: object) =>
  data.dynamo.send(
    new PutCommand({
      TableName: data.runtime().setting('READ_MODEL_TABLE'),
      Item: { ...generationsKey(counterProjection.name), changeId: randomUUID(), ...generations },
    }),
  );

describe('A projection', () => {
  test('keeps the views of all its aggregates, each with the keys of its indexes', async () => {
    const [counterId, keeperId] = [randomUUID(), randomUUID()];
    const counter = counterStream(counterId, AT, 2, keeperId);
    const keeper = keeperStream(keeperId, AT, counterId);
    const batch = [...counter, ...keeper].toReversed();
    expect(await consumer()(sqsEvent(batch))).toEqual({ batchItemFailures: [] });
    expect(await stored(counterKey(counterId))).toEqual({
      ...counterKey(counterId),
      keeperPk: `KEEPER#${keeperId}`,
      keeperSk: `${AT}#${counterId}`,
      counterId,
      keeperId,
      unit: 'people',
      status: 'open',
      total: 2,
      startedAt: AT,
      updatedAt: '2026-05-01T00:00:00.000Z',
      version: 2,
    });
    expect(await stored(keeperKey(keeperId))).toEqual({
      ...keeperKey(keeperId),
      keeperId,
      name: 'Ada Lovelace',
      counters: [counterId],
      version: 2,
    });
  });

  test('lets the events of a stream that cannot be read come back; the others of their batch are done', async () => {
    const [known, gone] = [counterStream(randomUUID(), AT, 2), counterStream(randomUUID(), AT, 2)];
    const batch = [...gone.slice(1), ...known];
    expect(await consumer()(sqsEvent(batch))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(await stored(counterKey(known[0]?.aggregateId ?? ''))).toMatchObject({ version: 2 });
    expect(await stored(counterKey(gone[0]?.aggregateId ?? ''))).toBeUndefined();
  });
});

describe('While there are two generations', () => {
  const other = { generation: 2, phase: 'filling', since: AT, segments: 1, expected: 0 };

  test('an event is handled when both have it, and comes back where one has not', async () => {
    await putGenerations({ live: 1, newest: 2, other });
    const [first] = counterStream(randomUUID(), AT, 1);
    if (!first) throw new Error('one event');
    const key = counterKey(first.aggregateId);
    let fails = true;
    const send = (command: { input: { Item?: { pk?: string } } }) => {
      if (fails && command.input.Item?.pk?.startsWith('G2#')) throw new Error('throttled');
      return data.dynamo.send(command as never);
    };
    const run = consumer({ dynamo: { send } as never });
    expect(await run(sqsEvent([first]))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(await stored(key)).toMatchObject({ version: 1 });
    fails = false;
    expect(await run(sqsEvent([first], 2))).toEqual({ batchItemFailures: [] });
    expect(await stored(keyInGeneration(2, key))).toMatchObject({ version: 1 });
  });

  test('the versions of the views are those of the live one', async () => {
    const ids = Array.from({ length: 120 }, () => randomUUID());
    await putGenerations({ live: 1, newest: 1 });
    await consumer()(sqsEvent(ids.slice(0, 110).flatMap((id) => counterStream(id, AT, 1))));
    await putGenerations({ live: 2, newest: 2 });
    const [ahead = ''] = ids;
    await consumer()(sqsEvent(counterStream(ahead, AT, 2)));

    const read = async (live: number) => {
      await putGenerations({ live, newest: 2 });
      const { dynamo, counts } = watched(data.dynamo);
      const versions = await readViewVersions(data.runtime({ dynamo }), counterProjection, 'counter', ids);
      expect(counts).toEqual({ GetCommand: 1, BatchGetCommand: Math.ceil(ids.length / 100) });
      return versions;
    };
    expect(await read(1)).toEqual(new Map(ids.map((id, index) => [id, index < 110 ? 1 : 0])));
    expect(await read(2)).toEqual(new Map(ids.map((id) => [id, id === ahead ? 2 : 0])));
    await putGenerations({ live: 1, newest: 1 });
  });
});

describe('Whether a projection has had an event', () => {
  test('is checked for each of its aggregates, of all their types', () => {
    const checks = projectionChecks(counterApplication, [counterProjection]);
    expect(checks.map(({ consumer: name, projection }) => [name, projection])).toEqual(
      Object.keys(counterProjection.views).map(() => [counterProjection.name, true]),
    );
    const types = checks.flatMap(({ eventTypes }) => eventTypes);
    expect(types.toSorted()).toEqual(Object.keys(counterDefinitions).toSorted());
  });

  test('is told by the version of its view', async () => {
    const [first, second] = [counterStream(randomUUID(), AT, 2), counterStream(randomUUID(), AT, 2)];
    await consumer()(sqsEvent(first.slice(0, 1)));
    const keys: EventKey[] = [...first, ...second].map(({ streamId, version, eventId }) => ({
      streamId,
      version,
      eventId,
    }));
    const [check] = projectionChecks(counterApplication, [counterProjection]);
    expect(await check?.findUndelivered(data.runtime(), keys)).toEqual([
      { key: keys[1], reached: 1 },
      { key: keys[2], reached: 0 },
      { key: keys[3], reached: 0 },
    ]);
  });
});
