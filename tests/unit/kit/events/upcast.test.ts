import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { defineEvent } from '#kit/events/event-definition.ts';
import {
  InvalidEnvelope,
  InvalidEventData,
  InvalidEventSequence,
  NewerSchemaVersion,
  UnknownEventType,
  UnreadableEvent,
} from '#kit/events/unreadable-event.ts';
import { counterRegistry as registry } from '#tests/support/counter/application.ts';
import { counterStarted } from '#tests/support/counter/counter.ts';
import { thrownBy } from '#tests/support/thrown-by.ts';

const v1 = {
  streamId: 'counter-c-1',
  version: 1,
  eventId: '0192f000-0000-7000-8000-000000000001',
  aggregateType: 'counter',
  aggregateId: 'c-1',
  eventType: 'CounterStarted',
  schemaVersion: 1,
  data: counterStarted.samples[1] as Record<string, unknown>,
  metadata: {
    userId: 'ada',
    timestamp: '2026-01-01T00:00:00.000Z',
    correlationId: 'c',
    causationId: 'r',
    commandId: 'k',
  },
};

describe('an old event', () => {
  it('is lifted to the current shape: CounterStarted v1 counted pieces', () => {
    expect(registry.upcast(v1)).toEqual({ ...v1, schemaVersion: 2, data: { ...v1.data, unit: 'pieces' } });
  });

  it('is not changed where it lies', () => {
    const before = structuredClone(v1);
    registry.upcast(v1);
    expect(v1).toEqual(before);
  });

  it('keeps from v2 on what v1 did not say', () => {
    const v2 = { ...v1, schemaVersion: 2, data: { ...v1.data, unit: 'people' } };
    expect(registry.upcast(v2)).toEqual(v2);
  });
});

describe('an event from newer code', () => {
  it('may have grown fields, at any depth, and reads as if it had not', () => {
    const grown = {
      ...v1,
      typeDayShard: 'CounterStarted#2026-01-01#3',
      metadata: { ...v1.metadata, traceId: 't' },
      data: {
        ...v1.data,
        colour: 'red',
        marks: [{ at: 5, label: 'half', colour: 'red' }],
      },
    };
    expect(registry.upcast(grown)).toEqual(registry.upcast(v1));
  });

  it('keeps optional fields of the envelope that are known', () => {
    const hashed = { ...v1, metadata: { ...v1.metadata, commandHash: 'abc' } };
    expect(registry.upcast(hashed).metadata.commandHash).toBe('abc');
  });

  it('of a version that is not known here is named', () => {
    const error = thrownBy(() => registry.upcast({ ...v1, schemaVersion: 3 }));
    expect(error).toBeInstanceOf(NewerSchemaVersion);
    expect(error).toMatchObject({
      name: 'NewerSchemaVersion',
      message: 'CounterStarted v3 is newer than v2, the newest that is known here',
      eventType: 'CounterStarted',
      schemaVersion: 3,
    });
  });

  it.each(['CounterEaten', 'constructor', '__proto__'])(
    'of a type that is not known here is named: %s',
    (eventType) => {
      const error = thrownBy(() => registry.upcast({ ...v1, eventType }));
      expect(error).toBeInstanceOf(UnknownEventType);
      expect(error).toMatchObject({
        name: 'UnknownEventType',
        message: `Unknown event type ${eventType}`,
        eventType,
      });
    },
  );
});

describe('data that is not what the schema asks for', () => {
  it('is named with type, version and path, as it was stored', () => {
    const data = { ...v1.data, marks: [{ at: 0, label: 'none' }], limit: '12' };
    const error = thrownBy(() => registry.upcast({ ...v1, data }));
    expect(error).toBeInstanceOf(InvalidEventData);
    expect(error).toMatchObject({ name: 'InvalidEventData', eventType: 'CounterStarted', schemaVersion: 1 });
    expect((error as Error).message).toMatch(
      /^Invalid data of CounterStarted v1: marks\[0\]\.at: .+; limit: /,
    );
  });

  it('makes no endless message', () => {
    const marks = Array.from({ length: 50 }, () => ({}));
    const error = thrownBy(() => registry.upcast({ ...v1, data: { ...v1.data, marks } })) as InvalidEventData;
    expect(error.problems).toHaveLength(100);
    expect(error.message).toMatch(/; and 95 more$/);
    expect(error.message.length).toBeLessThan(500);
  });

  it('tells nothing of the values, which may be personal', () => {
    const marks = [{ at: 'Secretland', label: 'half' }];
    const error = thrownBy(() => registry.upcast({ ...v1, data: { ...v1.data, marks } })) as Error;
    expect(error.message).toContain('marks[0].at');
    expect(error.message).not.toContain('Secretland');
  });

  it('is not taken for a fault of ours when an upcaster stumbles over it', () => {
    const { upcasters } = counterStarted as { upcasters: Record<number, unknown> };
    const original = upcasters[1];
    upcasters[1] = () => {
      throw new TypeError('no marks');
    };
    try {
      const error = thrownBy(() => registry.upcast(v1));
      expect(error).toBeInstanceOf(InvalidEventData);
      expect(error).toMatchObject({
        message: 'Invalid data of CounterStarted v1: the upcaster from v1 failed: no marks',
        cause: expect.any(TypeError),
      });
    } finally {
      upcasters[1] = original;
    }
  });
});

describe('what is no envelope', () => {
  it.each([undefined, null, 'text', 1, [], {}])('%j', (raw) => {
    expect(() => registry.upcast(raw)).toThrow(InvalidEnvelope);
  });

  it.each([
    ['streamId', { streamId: 'counter-c-2' }],
    ['streamId', { streamId: 'keeper-c-1' }],
    ['version', { version: 0 }],
    ['version', { version: 1.5 }],
    ['version', { version: '1' }],
    ['eventId', { eventId: 'e-1' }],
    ['aggregateType', { aggregateType: 'parcel', streamId: 'parcel-c-1' }],
    ['aggregateType', { aggregateType: 'keeper', streamId: 'keeper-c-1' }],
    ['aggregateId', { aggregateId: '', streamId: 'counter-' }],
    ['eventType', { eventType: '' }],
    ['schemaVersion', { schemaVersion: 0 }],
    ['data', { data: 'text' }],
    ['data', { data: undefined }],
    ['metadata', { metadata: undefined }],
    ['metadata.userId', { metadata: { ...v1.metadata, userId: '' } }],
    ['metadata.timestamp', { metadata: { ...v1.metadata, timestamp: 'yesterday' } }],
    ['metadata.timestamp', { metadata: { ...v1.metadata, timestamp: '2026-01-01T00:00:00Z' } }],
    ['metadata.timestamp', { metadata: { ...v1.metadata, timestamp: '2026-01-01T00:00:00.000+01:00' } }],
    ['metadata.correlationId', { metadata: { ...v1.metadata, correlationId: undefined } }],
    ['metadata.causationId', { metadata: { ...v1.metadata, causationId: 7 } }],
    ['metadata.commandId', { metadata: { ...v1.metadata, commandId: undefined } }],
  ])('a wrong %s: %j', (path, wrong) => {
    const error = thrownBy(() => registry.upcast({ ...v1, ...wrong })) as InvalidEnvelope;
    expect(error).toBeInstanceOf(InvalidEnvelope);
    expect(error.problems.map((problem) => problem.path)).toEqual([path]);
    expect(error.message).toContain(`Not an event envelope: ${path}: `);
  });
});

describe('unreadable events', () => {
  it.each([
    new InvalidEnvelope([]),
    new UnknownEventType('X'),
    new NewerSchemaVersion('X', 2, 1),
    new InvalidEventData('X', 1, []),
    new InvalidEventSequence('X', 'none'),
  ])('are one class to catch: $name', (error) => {
    expect(error).toBeInstanceOf(UnreadableEvent);
    expect(error.name).toBe(error.constructor.name);
  });
});

describe('defining an event', () => {
  const definition = {
    eventType: 'Tested',
    aggregateType: 'counter',
    schema: z.object({ a: z.number() }),
    samples: {},
  } as const;

  it('fails at load when a version cannot be lifted', () => {
    const olderSchemas = { 1: z.object({}), 2: z.object({}) };
    const upcasters = { 1: (data: Record<string, unknown>) => data };
    expect(() => defineEvent({ ...definition, schemaVersion: 3, olderSchemas, upcasters })).toThrow(
      'Tested v2 has no upcaster',
    );
  });

  it('fails at load when nobody says what an older version looks like', () => {
    expect(() => defineEvent({ ...definition, schemaVersion: 2, upcasters: { 1: (data) => data } })).toThrow(
      'Tested v1 has no schema',
    );
  });

  it('fails at load with more attributes than SNS delivers, or with one that the kit sets itself', () => {
    const withAttributes = (...names: string[]) =>
      defineEvent({
        eventType: 'CounterStarted',
        aggregateType: 'counter',
        schemaVersion: 1,
        schema: z.object({}),
        samples: { 1: {} },
        attributes: Object.fromEntries(names.map((name) => [name, () => 1])),
      });
    const many = Array.from({ length: 9 }, (_, index) => `a${index}`);
    expect(() => withAttributes(...many)).toThrow(
      'CounterStarted has 9 attributes and can have 8: SNS discards a message with more than 10',
    );
    expect(withAttributes(...many.slice(1)).attributeNames).toHaveLength(8);
    for (const name of ['messageType', 'eventType', 'aggregateType']) {
      expect(() => withAttributes(name)).toThrow(`cannot have an attribute ${name}`);
    }
  });

  it('derives the names of the attributes from the attributes', () => {
    const defined = defineEvent({
      ...definition,
      schemaVersion: 1,
      attributes: { double: ({ a }) => 2 * a },
    });
    expect(defined.attributeNames).toEqual(['double']);
    expect(defined.attributesOf({ a: 2 })).toEqual({ double: 4 });
  });
});
