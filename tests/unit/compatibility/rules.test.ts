import { describe, expect, test } from '@jest/globals';
import type { Contract } from '#resources/compatibility/contract.ts';
import type { JsonObject } from '#resources/compatibility/json-schema.ts';
import { changesBetween } from '#resources/compatibility/judge.ts';
import { contract, message } from './documents.ts';

const data = { type: 'object', properties: { limit: { type: 'integer' } }, required: ['limit'] };
const before = contract({ data, request: data, response: data });

// biome-ignore lint/suspicious/noExplicitAny: a change reaches anywhere.
type Change = (documents: { openApi: any; asyncApi: any }) => void;

const changed = (change: Change): Contract => contract({ data, request: data, response: data }, change);

/** `<direction> <place>: <why>` of each break. */
const breaksOf = (change: Change, read = (event: unknown): unknown => event): string[] =>
  changesBetween(before, changed(change), read).breaks.map(
    ({ direction, at, why }) => `${direction} ${at}: ${why}`,
  );

const notesOf = (change: Change): string[] =>
  changesBetween(before, changed(change), (event) => event).notes.map(({ at, text }) => `${at} ${text}`);

const operation = (openApi: JsonObject) =>
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  (openApi as any).paths['/counters'].post;

describe('Of the events nothing goes', () => {
  test('no event type', () => {
    expect(breaksOf(({ asyncApi }) => delete asyncApi.components.messages.CounterStartedV1)).toEqual([
      'backward CounterStarted: is gone, but such events are stored for good',
    ]);
  });

  test('no version', () => {
    const change: Change = ({ asyncApi: { components } }) => {
      components.messages.CounterStartedV2 = components.messages.CounterStartedV1;
      delete components.messages.CounterStartedV1;
    };
    expect(breaksOf(change)).toEqual([
      'backward CounterStarted v1: is gone, but such events are stored for good',
    ]);
  });

  test('no sample', () => {
    expect(breaksOf(({ asyncApi }) => (asyncApi.components.messages.CounterStartedV1.examples = []))).toEqual(
      ['backward CounterStarted v1: has no sample any more'],
    );
  });

  test('no sample that today’s code cannot read, although its schema is the same', () => {
    const read = () => {
      throw new Error('the upcaster from v1 failed');
    };
    expect(breaksOf(() => undefined, read)).toEqual([
      'backward CounterStarted v1: the sample that was kept cannot be read: the upcaster from v1 failed',
    ]);
  });

  test('no attribute, and none changes its type', () => {
    const attributes = (asyncApi: JsonObject) =>
      // biome-ignore lint/suspicious/noExplicitAny: as above.
      (asyncApi as any).components.messages.CounterStartedV1.headers.properties;
    expect(breaksOf(({ asyncApi }) => delete attributes(asyncApi).limit)).toEqual([
      'forward CounterStarted: attribute limit: is gone, and filters may ask for it',
      'forward consumer tally: asks for the attribute limit, which CounterStarted does not carry',
    ]);
    expect(breaksOf(({ asyncApi }) => (attributes(asyncApi).limit = { type: 'string' }))).toEqual([
      'forward CounterStarted: attribute limit: is of type string, and was of type number',
      'forward consumer tally: compares the attribute limit of CounterStarted as a number, which is a string',
    ]);
  });

  test('what is wrong with the envelope is named once', () => {
    const change: Change = ({ asyncApi }) =>
      asyncApi.components.schemas.EventMetadata.required.push('traceId');
    expect(breaksOf(change)).toEqual([
      'backward every event: metadata.traceId: needs it, but it may be missing',
    ]);
  });
});

describe('A new version of an event', () => {
  const other = { type: 'object', properties: { most: { type: 'string' } }, required: ['most'] };
  const raise =
    (more: object): Change =>
    ({ asyncApi }) => {
      asyncApi.components.messages.CounterStartedV2 = { ...message(other), ...more };
    };

  test('breaks nobody, whatever its shape', () => {
    expect(breaksOf(raise({}))).toEqual([]);
  });

  test('is a note where the release that brings it writes it at once', () => {
    expect(notesOf(raise({}))).toEqual([
      expect.stringMatching(/^CounterStarted v2 is written by the same release that can read it first/),
    ]);
    expect(notesOf(raise({ 'x-isWritten': false }))).toEqual([]);
  });
});

describe('A consumer', () => {
  test('does not go with what waits in its queue', () => {
    expect(breaksOf(({ asyncApi }) => delete asyncApi.operations.tally)).toEqual([
      'backward consumer tally: is gone, and its queue goes with the messages in it',
    ]);
  });

  test('that gets other events than before is a note', () => {
    const change: Change = ({ asyncApi: { operations, components } }) => {
      components.messages.CounterClosedV1 = components.messages.CounterStartedV1;
      operations.tally.messages = [{ $ref: '#/channels/events/messages/CounterClosedV1' }];
      operations.keeper = structuredClone(operations.tally);
    };
    expect(notesOf(change)).toEqual([
      'consumer tally gets CounterClosed as well, from its deployment on.',
      'consumer tally gets no CounterStarted any more.',
      'consumer keeper is new, and gets what is published from its deployment on.',
    ]);
  });

  test('with another filter on the same events is a note', () => {
    const change: Change = ({ asyncApi: { operations } }) => {
      operations.tally.bindings.sns.consumers[0]['x-filterPolicy'] = { limit: [{ numeric: ['>=', 20] }] };
    };
    expect(notesOf(change)).toEqual(['consumer tally has another filter.']);
  });
});

describe('Of the API', () => {
  test.each<[string, Change, string[]]>([
    [
      'an operation goes',
      ({ openApi: { paths } }) => {
        paths['/tallies'] = paths['/counters'];
        delete paths['/counters'];
      },
      ['backward POST /counters: is gone'],
    ],
    [
      'a parameter goes',
      ({ openApi }) => operation(openApi).parameters.shift(),
      ['backward POST /counters: query notify: is gone: what clients send there has no effect'],
    ],
    [
      'a parameter is needed',
      ({ openApi }) => (openApi.components.parameters['Idempotency-Key'].required = true),
      ['backward POST /counters: header Idempotency-Key: needs it, but it may be missing'],
    ],
    [
      'a new parameter is needed',
      ({ openApi }) =>
        operation(openApi).parameters.push({ name: 'x', in: 'query', required: true, schema: {} }),
      ['backward POST /counters: query x: is new, and needed'],
    ],
    [
      'a new parameter may be left out',
      ({ openApi }) => operation(openApi).parameters.push({ name: 'x', in: 'query' }),
      [],
    ],
    [
      'a parameter takes less',
      ({ openApi }) => (operation(openApi).parameters[0].schema.maxLength = 5),
      ['backward POST /counters: query notify: takes 5 characters or fewer, but more may come'],
    ],
    [
      'a body is needed',
      ({ openApi }) => (operation(openApi).requestBody.required = true),
      ['backward POST /counters: request: needs a body, but none may come'],
    ],
    [
      'another scope is needed',
      ({ openApi }) => (operation(openApi).security = [{ token: ['counters:write'] }]),
      ['backward POST /counters: token: needs the scope counters:write'],
    ],
    [
      'another status says that it went well',
      ({ openApi }) => {
        const { responses } = operation(openApi);
        responses[202] = responses[201];
        delete responses[201];
      },
      ['forward POST /counters: 202: is a new status of success, which clients do not know'],
    ],
    ['there is one more error', ({ openApi }) => (operation(openApi).responses[410] = {}), []],
    [
      'a header is no longer promised',
      ({ openApi }) => delete operation(openApi).responses[201].headers.etag.required,
      ['forward POST /counters: 201 header etag: may be missing, but clients rely on it'],
    ],
    [
      'an answer has another media type',
      ({ openApi }) => {
        const [answer] = [operation(openApi).responses[201]];
        answer.content = { 'text/plain': { schema: {} } };
      },
      ['forward POST /counters: 201: is no application/json any more'],
    ],
    [
      'errors lack a property',
      ({ openApi }) => (openApi.components.schemas.Problem.required = []),
      ['forward error.detail: needs it, but it may be missing'],
    ],
    [
      'a rule has another name',
      ({ openApi }) => {
        const { schema } = openApi.components.responses.Conflict.content['application/problem+json'];
        schema.allOf[1].properties.rule.enum = ['counter_ended'];
        schema.allOf[1].properties.type.enum.push('urn:counters:problem:counter-ended');
      },
      ['forward rule counter_closed: is gone, and clients know it by this name'],
    ],
  ])('%s', (_, change, expected) => {
    expect(breaksOf(change)).toEqual(expected);
  });

  test('the audit may hold new types of events and newer versions, which is a note', () => {
    const event = (eventType: string, schemaVersion: number, properties = {}) => ({
      type: 'object',
      properties: { eventType: { const: eventType }, schemaVersion: { const: schemaVersion }, ...properties },
      required: ['eventType', 'schemaVersion', ...Object.keys(properties)],
    });
    const withEvents = (...events: object[]) => contract({ data, response: { oneOf: events } });
    const changes = changesBetween(
      withEvents(event('Started', 1, { data }), event('Closed', 1)),
      withEvents(event('Started', 2), event('Closed', 1), event('Paused', 1)),
      (one) => one,
    );
    expect(changes.breaks).toEqual([]);
    expect(changes.notes.map(({ at, text }) => `${at} ${text}`)).toEqual([
      'POST /counters: 201 may hold Paused, which clients pass over',
      'POST /counters: 201 holds a newer version of Started',
    ]);
  });
});
