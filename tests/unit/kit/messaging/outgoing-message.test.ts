import { describe, expect, jest, test } from '@jest/globals';
import { createRuntime } from '#kit/config/runtime.ts';
import { toMessage } from '#kit/messaging/outgoing-message.ts';
import { counterApplication } from '#tests/support/counter/application.ts';
import { counterStream } from '#tests/support/counter/streams.ts';

const runtime = createRuntime(counterApplication, { settings: {} });
const [started, increased] = counterStream('c-1', '2026-05-01T12:00:00.000Z');
if (!started || !increased) throw new Error('no events');

describe('A message', () => {
  test('is the event as it is stored, with the attributes that subscriptions filter on', () => {
    const message = toMessage(runtime, started);
    expect(message.id).toBe(started.eventId);
    expect(JSON.parse(message.body)).toEqual(started);
    expect(message.attributes).toEqual({
      eventType: { DataType: 'String', StringValue: 'CounterStarted' },
      aggregateType: { DataType: 'String', StringValue: 'counter' },
      limit: { DataType: 'Number', StringValue: '10' },
      unit: { DataType: 'String', StringValue: 'people' },
    });
    expect(Object.keys(toMessage(runtime, increased).attributes)).toEqual(['eventType', 'aggregateType']);
  });

  test('counts the bytes of its body and of its attributes: names, types and values', () => {
    const body = Buffer.byteLength(JSON.stringify(increased));
    const attributes = 'eventTypeStringCounterIncreased'.length + 'aggregateTypeStringcounter'.length;
    expect(toMessage(runtime, increased).bytes).toBe(body + attributes);
    const wide = { ...increased, aggregateId: 'Ω'.repeat(10) };
    expect(toMessage(runtime, wide).bytes).toBe(body + attributes - 'c-1'.length + 20);
  });

  test('of a shape from before carries the attributes of today', () => {
    const { unit, ...v1 } = started.data as Record<string, unknown>;
    expect(unit).toBe('people');
    const message = toMessage(runtime, { ...started, schemaVersion: 1, data: v1 });
    expect(message.attributes.unit).toEqual({ DataType: 'String', StringValue: 'pieces' });
    expect(JSON.parse(message.body)).toMatchObject({ schemaVersion: 1, data: v1 });
  });

  test.each([
    ['a type that nobody knows', { eventType: 'CounterEaten' }],
    ['a version from the future', { schemaVersion: 99 }],
    ['data that no schema takes', { data: {} }],
  ])('of %s goes out with what every event has', (_, change) => {
    const event = { ...started, ...change };
    expect(Object.keys(toMessage(runtime, event).attributes)).toEqual(['eventType', 'aggregateType']);
  });

  test.each([
    ['a type that nobody knows', { eventType: 'CounterEaten' }],
    ['a version from the future', { schemaVersion: 99 }],
    ['data that no schema takes', { data: {} }],
  ])('of %s carries the attributes that were stored with it, and its body does not', (_, change) => {
    const event = { ...started, ...change };
    const message = toMessage(runtime, { ...event, attributes: { limit: 99, shape: 'round' } });
    expect(message.attributes).toEqual({
      eventType: { DataType: 'String', StringValue: event.eventType },
      aggregateType: { DataType: 'String', StringValue: 'counter' },
      limit: { DataType: 'Number', StringValue: '99' },
      shape: { DataType: 'String', StringValue: 'round' },
    });
    expect(JSON.parse(message.body)).toEqual(event);
  });

  test('with stored attributes asks nobody what its data means; without, it is lifted for this message alone', () => {
    const upcast = jest.fn(counterApplication.registry.upcast);
    const application = { ...counterApplication, registry: { ...counterApplication.registry, upcast } };
    const publisher = createRuntime(application, { settings: {} });
    const { unit: _, ...data } = started.data as Record<string, unknown>;
    const old = { ...started, schemaVersion: 1, data };
    toMessage(publisher, { ...old, attributes: { unit: 'pieces' } });
    expect(upcast).not.toHaveBeenCalled();
    expect(toMessage(publisher, old).attributes.unit).toEqual({ DataType: 'String', StringValue: 'pieces' });
    expect(upcast).toHaveBeenCalledTimes(1);
    expect(old).toEqual({ ...started, schemaVersion: 1, data });
  });
});
