/** docs/operations/schema-change.md: every pair of releases that may run at the same time, on one table. */
import { randomUUID } from 'node:crypto';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { type EventItem, toPublishable } from '#kit/event-store/event-item.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import type { Aggregate } from '#kit/events/aggregate.ts';
import { defineEvent } from '#kit/events/event-definition.ts';
import { createRegistry } from '#kit/events/registry.ts';
import { NewerSchemaVersion } from '#kit/events/unreadable-event.ts';
import { toMessage } from '#kit/messaging/outgoing-message.ts';
import { counterApplication, counterDefinitions } from '#tests/support/counter/application.ts';
import {
  type CounterCommand,
  type CounterEvent,
  type CounterState,
  counterAggregate,
  counterStarted,
} from '#tests/support/counter/counter.ts';
import { startCounters } from '#tests/support/counter/data.ts';
import { keeperAggregate } from '#tests/support/counter/keeper.ts';
import type { Tables } from '#tests/support/tables.ts';
import { by, increase, start } from './counter-commands.ts';

let data: Tables;
beforeAll(async () => {
  data = await startCounters();
});
afterAll(() => data.stop());

interface Coloured {
  limit: number;
  colour: string;
}

const { schemas, upcasters, samples } = counterStarted;
const nextShape = (schemas[2] as z.ZodObject).extend({
  colour: z.string(),
}) as unknown as z.ZodType<Coloured>;

/** CounterStarted of version 3 says which colour the counter has. */
const next = (isWritten: boolean) =>
  defineEvent<'CounterStarted', 'counter', Coloured>({
    eventType: 'CounterStarted',
    aggregateType: 'counter',
    schemaVersion: 3,
    schema: nextShape,
    olderSchemas: schemas,
    upcasters: { ...upcasters, 2: (old) => ({ ...old, colour: 'unknown' }) },
    attributes: { limit: ({ limit }) => limit, colour: ({ colour }) => colour },
    samples,
    ...(!isWritten && { writtenAs: { schemaVersion: 2, downcast: ({ colour: _, ...old }) => old } }),
  });

/** Decides as the counters do, and gives each a colour. */
const coloured: Aggregate<CounterState, CounterCommand, CounterEvent> = {
  ...counterAggregate,
  decide: (command, state) =>
    counterAggregate.decide(command, state).map((event) => {
      if (event.eventType !== 'CounterStarted') return event;
      return { ...event, data: { ...event.data, colour: 'red' } };
    }),
};

const release = (aggregate: typeof coloured, definitions: Parameters<typeof createRegistry>[0]) => ({
  aggregate,
  application: { ...counterApplication, registry: createRegistry(definitions, [aggregate, keeperAggregate]) },
});

const releases = {
  before: release(counterAggregate, counterDefinitions),
  readers: release(coloured, { ...counterDefinitions, CounterStarted: next(false) }),
  writers: release(coloured, { ...counterDefinitions, CounterStarted: next(true) }),
};
type Release = keyof typeof releases;

const runtimeOf = (name: Release) => ({ ...data.runtime(), application: releases[name].application });

const send = (name: Release, aggregateId: string, command: CounterCommand, creates = false) =>
  handleCommand(runtimeOf(name), releases[name].aggregate, { aggregateId, command, creates, metadata: by() });

async function started(name: Release): Promise<{ id: string; item: EventItem }> {
  const id = randomUUID();
  await send(name, id, start, true);
  const TableName = data.runtime().setting('EVENTS_TABLE');
  const Key = { streamId: `counter-${id}`, version: 1 };
  const { Item } = await data.dynamo.send(new GetCommand({ TableName, Key }));
  return { id, item: Item as EventItem };
}

describe('A stream that one release has begun', () => {
  test.each<[Release, Release]>([
    ['before', 'readers'],
    ['readers', 'before'],
    ['before', 'writers'],
    ['readers', 'writers'],
    ['writers', 'readers'],
  ])('%s, goes on in %s, and its message with the attributes that were stored', async (writer, reader) => {
    const { id, item } = await started(writer);
    expect(item.schemaVersion).toBe(writer === 'writers' ? 3 : 2);
    expect(await send(reader, id, increase(2))).toMatchObject({ version: 2, state: { total: 2 } });
    expect(await send(writer, id, increase(3))).toMatchObject({ version: 3, state: { total: 5 } });

    const message = toMessage(runtimeOf(reader), toPublishable(item));
    expect(JSON.parse(message.body)).toMatchObject({ schemaVersion: item.schemaVersion, data: item.data });
    const colours = { before: undefined, readers: 'unknown', writers: 'red' };
    expect(message.attributes.colour?.StringValue).toBe(colours[writer]);
  });

  test('writers, is none for the release before the readers, which therefore never runs beside it', async () => {
    const { id, item } = await started('writers');
    await expect(send('before', id, increase(1))).rejects.toThrow(NewerSchemaVersion);
    const message = toMessage(runtimeOf('before'), toPublishable(item));
    expect(message.attributes.colour?.StringValue).toBe('red');
    expect(await send('readers', id, increase(1))).toMatchObject({ version: 2 });
  });
});

test('a command of the readers answers with what everybody will read of it', async () => {
  const id = randomUUID();
  const { events } = await send('readers', id, start, true);
  expect(events).toMatchObject([{ schemaVersion: 3, data: { colour: 'unknown' } }]);
  const repeated = await send('writers', id, increase(1));
  expect(repeated.version).toBe(2);
});
