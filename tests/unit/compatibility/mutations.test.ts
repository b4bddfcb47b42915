import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '#resources/compatibility/json-schema.ts';
import { changesBetween } from '#resources/compatibility/judge.ts';
import { contract } from './documents.ts';

/** One of everything that a schema may say. */
const original = (): JsonObject => ({
  type: 'object',
  properties: {
    name: { type: 'string' },
    note: { type: 'string' },
    unit: { type: 'string', default: 'pieces' },
    kind: { type: 'string', enum: ['up', 'down'] },
    code: { type: 'string', pattern: '^[A-Z]{3}$' },
    fixed: { type: 'string', const: 'counter' },
    id: { type: 'string', format: 'uuid' },
    limit: { type: 'integer', minimum: 1, maximum: 10 },
    label: { type: 'string', minLength: 1, maxLength: 5 },
    owner: { type: 'object', properties: { sub: { type: 'string' } }, required: ['sub'] },
    marks: {
      type: 'array',
      minItems: 1,
      items: { type: 'object', properties: { at: { type: 'integer' } }, required: ['at'] },
    },
    step: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
    ratio: { type: 'number', multipleOf: 5 },
    tally: { $ref: '#/components/schemas/Tally' },
  },
  required: [
    ...['name', 'kind', 'code', 'fixed', 'id', 'limit'],
    ...['label', 'owner', 'marks', 'step', 'ratio', 'tally'],
  ],
});

// biome-ignore lint/suspicious/noExplicitAny: a mutation reaches anywhere.
type Mutation = (schema: any, tally: any) => void;

const rename: Mutation = ({ properties, required }) => {
  properties.title = properties.name;
  delete properties.name;
  required[0] = 'title';
};

const leaveOut =
  (name: string): Mutation =>
  (schema) => {
    delete schema.properties[name];
    schema.required = schema.required.filter((one: string) => one !== name);
  };

const set =
  (property: string, change: object): Mutation =>
  ({ properties }) => {
    Object.assign(properties[property], change);
  };

const BOTH = 'backward forward';

/** What breaks of an event (in which direction), of a request and of an answer. */
const mutations: [name: string, mutation: Mutation, event: string, request: boolean, response: boolean][] = [
  ['nothing changes', () => undefined, '', false, false],
  [
    'a required property is added',
    ({ properties, required }) => {
      properties.colour = { type: 'string' };
      required.push('colour');
    },
    'backward',
    true,
    false,
  ],
  [
    'a required property with a default is added',
    ({ properties, required }) => {
      properties.colour = { type: 'string', default: 'red' };
      required.push('colour');
    },
    '',
    false,
    false,
  ],
  [
    'an optional property is added',
    ({ properties }) => {
      properties.colour = { type: 'string' };
    },
    '',
    false,
    false,
  ],
  ['a required property is removed', leaveOut('name'), BOTH, true, true],
  ['an optional property is removed', leaveOut('note'), 'backward', true, true],
  ['a property is renamed', rename, BOTH, true, true],
  ['a type changes', set('name', { type: 'integer' }), BOTH, true, true],
  ['an integer becomes a number', set('limit', { type: 'number' }), 'forward', false, true],
  ['a number becomes an integer', set('ratio', { type: 'integer' }), 'backward', true, false],
  ['an enum is narrowed', set('kind', { enum: ['up'] }), 'backward', true, false],
  ['an enum is widened', set('kind', { enum: ['up', 'down', 'still'] }), 'forward', false, true],
  [
    'an enum becomes any text',
    ({ properties }) => {
      delete properties.kind.enum;
    },
    'forward',
    false,
    true,
  ],
  ['a text becomes an enum', set('name', { enum: ['a', 'b'] }), 'backward', true, false],
  ['a pattern changes', set('code', { pattern: '^[A-Z]{2}$' }), BOTH, true, true],
  [
    'a pattern goes',
    ({ properties }) => {
      delete properties.code.pattern;
    },
    'forward',
    false,
    true,
  ],
  ['a pattern comes', set('name', { pattern: '^a' }), 'backward', true, false],
  ['a constant changes', set('fixed', { const: 'clock' }), BOTH, true, true],
  ['a lower bound rises', set('limit', { minimum: 2 }), 'backward', true, false],
  ['a lower bound falls', set('limit', { minimum: 0 }), 'forward', false, true],
  [
    'an upper bound goes',
    ({ properties }) => {
      delete properties.limit.maximum;
    },
    'forward',
    false,
    true,
  ],
  [
    'an object needs a property, any of those that were all required',
    (schema) => {
      schema.minProperties = 1;
      schema.required = ['limit'];
    },
    'forward',
    false,
    true,
  ],
  [
    'an inclusive bound becomes an exclusive one',
    ({ properties }) => {
      delete properties.limit.minimum;
      properties.limit.exclusiveMinimum = 1;
    },
    'backward',
    true,
    false,
  ],
  [
    'a bound is said in another way',
    ({ properties }) => {
      delete properties.limit.minimum;
      properties.limit.exclusiveMinimum = 0;
    },
    '',
    false,
    false,
  ],
  ['a text may be longer', set('label', { maxLength: 6 }), 'forward', false, true],
  ['a text must be longer', set('label', { minLength: 2 }), 'backward', true, false],
  ['a step gets finer', set('ratio', { multipleOf: 1 }), 'forward', false, true],
  [
    'a nested property changes its type',
    ({ properties }) => {
      properties.owner.properties.sub.type = 'integer';
    },
    BOTH,
    true,
    true,
  ],
  [
    'a nested property is removed',
    ({ properties }) => {
      properties.owner.properties = {};
      properties.owner.required = [];
    },
    BOTH,
    true,
    true,
  ],
  [
    'the items of an array change',
    ({ properties }) => {
      properties.marks.items.properties.at.type = 'string';
    },
    BOTH,
    true,
    true,
  ],
  ['an array needs more items', set('marks', { minItems: 2 }), 'backward', true, false],
  [
    'an array may be empty',
    ({ properties }) => {
      delete properties.marks.minItems;
    },
    'forward',
    false,
    true,
  ],
  [
    'a union loses a member',
    ({ properties }) => {
      properties.step.anyOf.pop();
    },
    'backward',
    true,
    false,
  ],
  [
    'a union gains a member',
    ({ properties }) => {
      properties.step.anyOf.push({ type: 'boolean' });
    },
    'forward',
    false,
    true,
  ],
  [
    'an optional property becomes required',
    ({ required }) => {
      required.push('note');
    },
    'backward',
    true,
    false,
  ],
  [
    'a required property becomes optional',
    ({ required }) => {
      required.splice(required.indexOf('name'), 1);
    },
    'forward',
    false,
    true,
  ],
  ['a default changes', set('unit', { default: 'dozens' }), BOTH, true, true],
  ['a format changes', set('id', { format: 'date' }), BOTH, true, true],
  ['a format comes', set('name', { format: 'email' }), 'backward', true, false],
  [
    'further properties are refused',
    (schema) => {
      schema.additionalProperties = false;
    },
    'backward',
    true,
    false,
  ],
  [
    'a value may be null',
    ({ properties }) => {
      properties.name = { anyOf: [{ type: 'string' }, { type: 'null' }] };
    },
    'forward',
    false,
    true,
  ],
  [
    'a value may be null, said as a list of types',
    set('name', { type: ['string', 'null'] }),
    'forward',
    false,
    true,
  ],
  [
    'a schema that is referred to changes',
    (_, tally) => {
      tally.properties.total.type = 'string';
    },
    BOTH,
    true,
    true,
  ],
  [
    'a keyword that nobody has thought of comes',
    set('name', { contentEncoding: 'base64' }),
    'backward',
    true,
    false,
  ],
  [
    'words for people change',
    set('name', { description: 'What it is called', examples: ['a'] }),
    '',
    false,
    false,
  ],
];

describe('A schema in which', () => {
  test.each(mutations)('%s', (_, mutate, event, request, response) => {
    expect(broken('data', mutate)).toBe(event);
    expect(broken('request', mutate)).toBe(request ? 'backward' : '');
    expect(broken('response', mutate)).toBe(response ? 'forward' : '');
  });
});

/** In which directions it breaks, in alphabetical order. */
function broken(place: 'data' | 'request' | 'response', mutate: Mutation): string {
  const build = (change?: Mutation) => {
    const schema = original();
    const tally = { type: 'object', properties: { total: { type: 'integer' } }, required: ['total'] };
    change?.(schema, tally);
    return contract({ [place]: schema }, ({ openApi, asyncApi }) => {
      for (const document of [openApi, asyncApi]) {
        (document.components as { schemas: JsonObject }).schemas.Tally = tally;
      }
    });
  };
  const { breaks } = changesBetween(build(), build(mutate), (event) => event);
  return [...new Set(breaks.map(({ direction }) => direction))].sort().join(' ');
}
