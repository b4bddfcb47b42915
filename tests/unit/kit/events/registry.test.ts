import { describe, expect, it } from '@jest/globals';
import { createRegistry } from '#kit/events/registry.ts';
import { InvalidEventData, InvalidEventSequence, UnknownEventType } from '#kit/events/unreadable-event.ts';
import { counterDefinitions, counterRegistry as registry } from '#tests/support/counter/application.ts';
import { counterAggregate, counterStarted } from '#tests/support/counter/counter.ts';
import { counterStream } from '#tests/support/counter/streams.ts';
import { thrownBy } from '#tests/support/thrown-by.ts';

describe('a registry', () => {
  it('knows a type from what is none', () => {
    expect(registry.isEventType('CounterStarted')).toBe(true);
    expect(registry.isEventType('CounterEaten')).toBe(false);
    expect(registry.isEventType('constructor')).toBe(false);
  });

  it('tells of each type its aggregate, its version and its attributes', () => {
    for (const [name, definition] of Object.entries(counterDefinitions)) {
      expect(registry.aggregateTypeOf(name)).toBe(definition.aggregateType);
      expect(registry.currentSchemaVersion(name)).toBe(definition.schemaVersion);
      expect(registry.messageAttributeNames(name)).toEqual([
        'eventType',
        'aggregateType',
        ...definition.attributeNames,
      ]);
    }
    expect(registry.eventTypes).toEqual(Object.keys(counterDefinitions));
    expect(registry.aggregateTypes).toEqual(['counter', 'keeper']);
    expect(() => registry.aggregateTypeOf('CounterEaten')).toThrow(UnknownEventType);
    expect(() => registry.currentSchemaVersion('toString')).toThrow(UnknownEventType);
  });

  it('gives an event the attributes that its definition declares', () => {
    const [started, increased] = counterStream('c-1', '2026-01-01T00:00:00.000Z', 2);
    if (!started || !increased) throw new Error('two events');
    expect(registry.messageAttributes(started)).toEqual({
      eventType: 'CounterStarted',
      aggregateType: 'counter',
      limit: 10,
      unit: 'people',
    });
    expect(registry.messageAttributes(increased)).toEqual({
      eventType: 'CounterIncreased',
      aggregateType: 'counter',
    });
  });

  it('folds a stream, and says which event cannot follow', () => {
    const events = counterStream('c-1', '2026-01-01T00:00:00.000Z');
    expect(() => registry.fold('counter', events)).not.toThrow();
    const error = thrownBy(() => registry.fold('counter', events.slice(1)));
    expect(error).toBeInstanceOf(InvalidEventSequence);
    expect((error as Error).message).toBe('CounterIncreased cannot follow in a stream whose status is none');
    expect(() => registry.fold('parcel', events)).toThrow('no aggregate is called parcel');
  });

  it('fails at load when a definition stands under another name, or belongs to no aggregate', () => {
    expect(() => createRegistry({ CounterBegun: counterStarted }, [counterAggregate])).toThrow(
      'CounterStarted is registered as CounterBegun',
    );
    expect(() => createRegistry({ CounterStarted: counterStarted }, [])).toThrow(
      'CounterStarted belongs to no aggregate: counter',
    );
  });

  it('fails at load when the name of a stream does not tell its aggregate', () => {
    const other = (type: string) => ({ ...counterAggregate, type });
    expect(() => createRegistry({}, [other('counter-line'), counterAggregate])).toThrow(
      'counter-line-1 could be a stream of counter or of counter-line: rename one',
    );
    expect(() =>
      createRegistry({}, [counterAggregate, other('counters'), other('line-counter')]),
    ).not.toThrow();
  });
});

describe('checking an event before it is appended', () => {
  const started = counterStarted.samples[2] as Record<string, unknown>;

  it('answers with the event', () => {
    expect(registry.checkNewEvent({ eventType: 'CounterStarted', data: started })).toEqual({
      eventType: 'CounterStarted',
      data: started,
    });
  });

  it('finds fields that the schema does not know, however deep', () => {
    const data = {
      ...started,
      colour: 'red',
      marks: [{ at: 1, label: 'one', size: 'L' }],
    };
    expect(thrownBy(() => registry.checkNewEvent({ eventType: 'CounterStarted', data }))).toMatchObject({
      name: 'InvalidEventData',
      problems: [
        { path: 'marks[0].size', message: 'is not a field of this event' },
        { path: 'colour', message: 'is not a field of this event' },
      ],
    });
  });

  it('finds all that is missing or wrong at once', () => {
    const data = { ...started, unit: '', limit: -1, keeperId: undefined };
    const error = thrownBy(() => registry.checkNewEvent({ eventType: 'CounterStarted', data }));
    expect(error).toBeInstanceOf(InvalidEventData);
    expect((error as InvalidEventData).problems.map(({ path }) => path)).toEqual([
      'keeperId',
      'limit',
      'unit',
    ]);
  });

  it('takes no old version: an event of today has today’s shape', () => {
    const data = counterStarted.samples[1];
    expect(() => registry.checkNewEvent({ eventType: 'CounterStarted', data })).toThrow(
      'Invalid data of CounterStarted v2: unit',
    );
  });

  it.each([null, [], 'text', 1, undefined])('takes no %j for data', (data) => {
    expect(() => registry.checkNewEvent({ eventType: 'CounterClosed', data })).toThrow(InvalidEventData);
  });

  it('takes no type that nobody defined', () => {
    expect(() => registry.checkNewEvent({ eventType: 'CounterEaten', data: {} })).toThrow(UnknownEventType);
  });
});
