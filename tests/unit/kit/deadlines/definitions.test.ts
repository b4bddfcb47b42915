import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { defineEvent } from '#kit/events/event-definition.ts';
import { createRegistry } from '#kit/events/registry.ts';
import { counterRegistry } from '#tests/support/counter/application.ts';
import { counterAggregate } from '#tests/support/counter/counter.ts';
import { counterLife } from '#tests/support/counter/streams.ts';
import { specificationOf } from '#tests/support/specification.ts';

const timed = (dueAt: (data: { at: string }) => string | undefined) =>
  defineEvent({
    eventType: 'Timed',
    aggregateType: 'counter',
    schemaVersion: 1,
    schema: z.object({ at: z.string() }),
    samples: {},
    dueAt,
  });

const { onDue: _, ...withoutOnDue } = counterAggregate;

describe('The due time of an event', () => {
  test.each([
    ['2026-11-23T10:00:00Z', '2026-11-23T10:00:00.000Z'],
    ['2026-11-23T11:00:00.5+01:00', '2026-11-23T10:00:00.500Z'],
  ])('%s is stored as %s, so that keys sort', (at, stored) => {
    const registry = createRegistry({ Timed: timed((data) => data.at) }, [counterAggregate]);
    expect(registry.dueAt({ eventType: 'Timed', data: { at } })).toBe(stored);
  });

  test.each(['soon', '', '+010000-01-01T00:00:00.000Z', '1969-12-31T23:59:59.999Z'])('cannot be %p', (at) => {
    const registry = createRegistry({ Timed: timed((data) => data.at) }, [counterAggregate]);
    expect(() => registry.dueAt({ eventType: 'Timed', data: { at } })).toThrow('its due time is no time');
  });

  test('may be none, by the definition or by the data', () => {
    expect(counterRegistry.dueAt({ eventType: 'CounterClosed', data: { reason: 'full' } })).toBeUndefined();
    expect(counterRegistry.dueAt({ eventType: 'CounterWoundUp', data: {} })).toBeUndefined();
  });

  test('asks for an aggregate that says what follows', () => {
    const definitions = { Timed: timed(() => undefined) };
    expect(() => createRegistry(definitions, [withoutOnDue])).toThrow(
      'Timed sets a deadline, and counter has no onDue',
    );
  });
});

describe('given, when due', () => {
  const given = specificationOf(counterAggregate, counterRegistry);
  const started = counterLife()[0] as ReturnType<typeof counterLife>[number];
  const woundUp = (until: string) => ({ eventType: 'CounterWoundUp' as const, data: { until } });
  const first = woundUp('2026-11-23T10:00:00.000Z');
  const closed = { eventType: 'CounterClosed' as const, data: { reason: 'run down' } };

  test('moves the clock to the deadline', () => {
    given(started, first).whenDue().thenEvents(closed);
    given(started, first).whenDue({ lateMs: 86_400_000 }).thenEvents(closed);
  });

  test('fires the newest deadline, and the others are shown to do nothing', () => {
    const second = woundUp('2026-11-23T11:00:00.000Z');
    given(started, first, second).whenDue().thenEvents(closed);
    given(started, first, { eventType: 'CounterClosed', data: { reason: 'full' } })
      .whenDue({ of: 'CounterWoundUp' })
      .thenNothing();
  });

  test('needs a deadline', () => {
    expect(() => given(started).whenDue()).toThrow('none of these events has set a deadline');
  });
});
