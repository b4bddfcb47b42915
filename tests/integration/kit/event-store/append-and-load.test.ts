import { randomUUID } from 'node:crypto';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { append, MAX_EVENT_BYTES, MAX_EVENTS_PER_COMMAND } from '#kit/event-store/append.ts';
import { ConcurrencyConflict } from '#kit/event-store/errors.ts';
import { lastVersion } from '#kit/event-store/last-version.ts';
import { load } from '#kit/event-store/load.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { EventMissing } from '#kit/events/unreadable-event.ts';
import { counterApplication } from '#tests/support/counter/application.ts';
import { counterStarted } from '#tests/support/counter/counter.ts';
import { startCounters } from '#tests/support/counter/data.ts';
import { counterStream, keeperStream } from '#tests/support/counter/streams.ts';
import { type Tables, watched } from '#tests/support/tables.ts';

let data: Tables;
beforeAll(async () => {
  data = await startCounters();
});
afterAll(() => data.stop());

const AT = '2026-03-01T10:00:00.000Z';
const newStream = (events?: number) => counterStream(randomUUID(), AT, events);
const streamOf = (events: readonly StoredEvent[]) => load(data.runtime(), events[0]?.streamId ?? '');

/** A stream of any length: its start, and then increases. */
function longStream(length: number): StoredEvent[] {
  const [first, increase] = newStream(2) as [StoredEvent, StoredEvent];
  const increases = Array.from({ length: length - 1 }, (_, index) => ({
    ...increase,
    eventId: randomUUID(),
    version: index + 2,
  }));
  return [first, ...increases];
}

describe('append', () => {
  test('writes one event with one conditional put, and several in one transaction', async () => {
    const events = newStream();
    const { dynamo, counts } = watched(data.dynamo);
    await append(data.runtime({ dynamo }), events.slice(0, 1));
    expect(counts).toEqual({ PutCommand: 1 });
    await append(data.runtime({ dynamo }), events.slice(1));
    expect(counts).toEqual({ PutCommand: 1, TransactWriteCommand: 1 });
    expect(await streamOf(events)).toEqual(events);
  });

  test('writes an older version where the current one is only read yet, and loads what it answered with', async () => {
    const [event] = newStream(1) as [StoredEvent];
    const { unit: _, ...older } = event.data as Record<string, unknown>;
    const { registry } = counterApplication;
    const asWritten = (one: StoredEvent) => ({ ...one, schemaVersion: 1, data: older });
    const application = { ...counterApplication, registry: { ...registry, asWritten } };
    await append({ ...data.runtime(), application }, [event]);
    const { streamId, version } = event;
    const TableName = data.runtime().setting('EVENTS_TABLE');
    const { Item } = await data.dynamo.send(new GetCommand({ TableName, Key: { streamId, version } }));
    expect(Item).toMatchObject({ schemaVersion: 1, data: older, attributes: { unit: 'people' } });
    expect(await streamOf([event])).toEqual([{ ...event, data: { ...older, unit: 'pieces' } }]);
  });

  test('of no events calls nothing', async () => {
    const { dynamo, counts } = watched(data.dynamo);
    await append(data.runtime({ dynamo }), []);
    expect(counts).toEqual({});
  });

  test.each([1, 2])(
    'of %d events where a version is taken is a conflict, and writes nothing',
    async (count) => {
      const events = newStream();
      await append(data.runtime(), events.slice(0, 2));
      const rivals = counterStream(events[0]?.aggregateId ?? '', AT).slice(1, 1 + count);
      const conflict = await append(data.runtime(), rivals).catch((error: unknown) => error);
      expect(conflict).toBeInstanceOf(ConcurrencyConflict);
      expect(conflict).toMatchObject({
        message: `version 2 of ${events[0]?.streamId} is taken`,
        existing: { eventId: events[1]?.eventId },
      });
      expect(await streamOf(events)).toEqual(events.slice(0, 2));
    },
  );

  test('of several events is all or none, also where only the last version is taken', async () => {
    const events = newStream();
    await data.store(events.slice(2, 3));
    const rivals = counterStream(events[0]?.aggregateId ?? '', AT);
    await expect(append(data.runtime(), rivals.slice(0, 3))).rejects.toBeInstanceOf(ConcurrencyConflict);
    await expect(streamOf(events)).rejects.toBeInstanceOf(EventMissing);
    expect(await load(data.runtime(), events[0]?.streamId ?? '', { after: 2 })).toEqual(events.slice(2, 3));
  });

  test.each([1, 3])('of %d events whose answer was lost counts as written', async (count) => {
    const events = newStream(count);
    await append(data.runtime(), events);
    // A client that has forgotten the token of its transaction, as after ten minutes.
    const send = (command: { input: { ClientRequestToken?: string } }) => {
      if (command.input.ClientRequestToken) command.input.ClientRequestToken = randomUUID();
      return data.dynamo.send(command as never);
    };
    await append(data.runtime({ dynamo: { send } as never }), events);
    expect(await streamOf(events)).toEqual(events);
  });

  test('that met another transaction is a conflict; one that failed for another reason is that error', async () => {
    const cancelled = (Code: string) =>
      new TransactionCanceledException({
        message: 'cancelled',
        $metadata: {},
        CancellationReasons: [{ Code: 'None' }, { Code }],
      });
    const failing = (error: Error) =>
      data.runtime({ dynamo: { send: () => Promise.reject(error) } as never });
    const events = newStream(2);
    await expect(append(failing(cancelled('TransactionConflict')), events)).rejects.toBeInstanceOf(
      ConcurrencyConflict,
    );
    const throttled = cancelled('ThrottlingError');
    await expect(append(failing(throttled), events)).rejects.toBe(throttled);
    const offline = new Error('no connection');
    await expect(append(failing(offline), events.slice(0, 1))).rejects.toBe(offline);
  });

  test('takes as many events as a transaction has room for, and not one more', async () => {
    const events = longStream(MAX_EVENTS_PER_COMMAND);
    await append(data.runtime(), events);
    expect(await streamOf(events)).toHaveLength(MAX_EVENTS_PER_COMMAND);
    const tooMany = longStream(MAX_EVENTS_PER_COMMAND + 1);
    await expect(append(data.runtime(), tooMany)).rejects.toMatchObject({ name: 'AppendTooLarge' });
    expect(await streamOf(tooMany)).toEqual([]);
  });

  test('takes an event that the topic takes, and none above', async () => {
    const [first] = newStream(1) as [StoredEvent];
    const ofSize = (bytes: number): StoredEvent => {
      const sized = { ...first, data: { ...(first.data as object), name: '' } };
      const name = 'é'.repeat((bytes - Buffer.byteLength(JSON.stringify(sized))) / 2);
      const filled = { ...sized, data: { ...sized.data, name } };
      const left = bytes - Buffer.byteLength(JSON.stringify(filled));
      return { ...filled, data: { ...sized.data, name: name + 'x'.repeat(left) } };
    };
    await expect(append(data.runtime(), [ofSize(MAX_EVENT_BYTES + 1)])).rejects.toMatchObject({
      name: 'AppendTooLarge',
      message: expect.stringContaining(`${MAX_EVENT_BYTES + 1} bytes`),
    });
    expect(await streamOf([first])).toEqual([]);
    await append(data.runtime(), [ofSize(MAX_EVENT_BYTES)]);
    expect(await streamOf([first])).toHaveLength(1);
  });

  test('names no person in a conflict', async () => {
    const events = keeperStream(`${randomUUID()}@example.com`, AT);
    await append(data.runtime(), events);
    const conflict = await append(
      data.runtime(),
      events.map((event) => ({ ...event, eventId: randomUUID() })),
    )
      .then(() => undefined)
      .catch((error: Error) => error);
    expect(conflict?.message).toMatch(/^version 1 of keeper-email-[0-9a-f]{12} is taken$/);
  });
});

describe('load', () => {
  test('brings a stream in the order of its versions, whatever the pages; of none nothing', async () => {
    // 1 MiB a page: three events of this size do not fit into one.
    const name = 'x'.repeat(350_000);
    const [first] = newStream(1) as [StoredEvent];
    const large = [1, 2, 3, 4].map((version) => ({
      ...first,
      version,
      data: { ...(first.data as object), name },
    }));
    await data.store(large.toReversed());
    const { dynamo, counts } = watched(data.dynamo);
    const loaded = await load(data.runtime({ dynamo }), first.streamId);
    expect(loaded.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    expect(counts.QueryCommand).toBeGreaterThan(1);
    expect(await load(data.runtime(), 'counter-none')).toEqual([]);
  });

  test('from a version on, and not more than asked for', async () => {
    const events = newStream();
    await data.store(events);
    const { streamId = '' } = events[0] ?? {};
    expect(await load(data.runtime(), streamId, { after: 2 })).toEqual(events.slice(2));
    expect(await load(data.runtime(), streamId, { after: 1, limit: 2 })).toEqual(events.slice(1, 3));
    expect(await load(data.runtime(), streamId, { after: events.length })).toEqual([]);
  });

  test('lifts what was written in an older shape', async () => {
    const [event] = newStream(1) as [StoredEvent];
    const v1 = { ...event, schemaVersion: 1, data: counterStarted.samples[1] };
    await data.store([v1]);
    expect(await streamOf([event])).toEqual([
      { ...event, data: { ...counterStarted.samples[1], unit: 'pieces' } },
    ]);
  });

  test.each([
    ['NewerSchemaVersion', { schemaVersion: 99 }],
    ['UnknownEventType', { eventType: 'CounterEaten' }],
    ['InvalidEventData', { data: { by: 'much' } }],
  ])('fails with %s where a stored event cannot be read', async (name, change) => {
    const events = newStream(2);
    await data.store([events[0], { ...events[1], ...change }] as StoredEvent[]);
    await expect(streamOf(events)).rejects.toMatchObject({ name });
  });

  test('is not needed for the version alone', async () => {
    const events = newStream(3);
    await data.store(events);
    const { dynamo, counts } = watched(data.dynamo);
    expect(await lastVersion(data.runtime({ dynamo }), events[0]?.streamId ?? '')).toBe(3);
    expect(counts).toEqual({ QueryCommand: 1 });
    expect(await lastVersion(data.runtime(), 'counter-none')).toBe(0);
  });
});
