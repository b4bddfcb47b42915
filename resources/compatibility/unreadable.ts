import { isDeepStrictEqual } from 'node:util';
import {
  alternativesOf,
  type JsonObject,
  type Located,
  propertiesOf,
  requiredOf,
  resolveSchema,
  type Schema,
} from './json-schema.ts';

/** One way in which a value that the writer may write is none that the reader takes. */
export interface Unreadable {
  /** `items[].unitPrice`; empty for the value itself. From a schema with a name on it begins there: `#Money.amount`. */
  path: string;
  /** For people: `takes a string, but an integer may come`. */
  why: string;
}

/** Keywords that say nothing of which values there are. */
const ANNOTATIONS = new Set([
  '$schema',
  '$comment',
  '$defs',
  'id',
  '$id',
  'title',
  'description',
  'default',
  'example',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  'discriminator',
]);

const KNOWN = new Set([
  ...['type', 'enum', 'const', 'anyOf', 'oneOf', 'properties', 'required', 'additionalProperties'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minLength', 'maxLength', 'pattern', 'format'],
  ...['items', 'minItems', 'maxItems', 'uniqueItems', 'minProperties', 'maxProperties'],
]);

/**
 * Why a reader may not be able to read what a writer writes, both by their JSON Schemas; none = it can read everything.
 * The same function answers for both directions of a change: whoever reads stands first.
 *
 * It errs on the side of "cannot": two patterns are taken for different sets unless they are the same text, and so is every
 * keyword that it does not know. A reader's property with a `default` may be missing.
 */
export function unreadable(reader: Located, writer: Located): Unreadable[] {
  return new Comparison(reader.document, writer.document).compare(reader.schema, writer.schema, '');
}

class Comparison {
  readonly #readerDocument: unknown;
  readonly #writerDocument: unknown;
  readonly #open = new Set<string>();

  constructor(readerDocument: unknown, writerDocument: unknown) {
    this.#readerDocument = readerDocument;
    this.#writerDocument = writerDocument;
  }

  compare(reader: Schema, writer: Schema, path: string): Unreadable[] {
    // A schema that contains itself is compared once on the way down.
    const pair = JSON.stringify([reader, writer]);
    if (this.#open.has(pair)) return [];
    this.#open.add(pair);
    try {
      const read = this.#alternatives(reader, this.#readerDocument);
      const written = this.#alternatives(writer, this.#writerDocument);
      const name = sharedName(reader, writer);
      return written.flatMap((one) => this.#byOneOf(read, one, name === undefined ? path : `#${name}`));
    } finally {
      this.#open.delete(pair);
    }
  }

  #alternatives(schema: Schema, document: unknown): JsonObject[] {
    return alternativesOf(resolveSchema({ schema, document }), document).filter(
      ({ not }) => !isAnything(not),
    );
  }

  /** Whether one of the reader's alternatives takes it; otherwise why the most similar one does not. */
  #byOneOf(readers: readonly JsonObject[], writer: JsonObject, path: string): Unreadable[] {
    if (readers.length === 0) return [{ path, why: 'takes nothing any more' }];
    const place = `${path}${memberName(readers, writer)}`;
    const attempts = readers.map((reader) => this.#one(reader, writer, place));
    if (attempts.some((attempt) => attempt.length === 0)) return [];
    const [only] = attempts;
    if (readers.length === 1 && only) return only;
    const alike = readers.findIndex((reader) => isAlike(reader, writer));
    return attempts[alike] ?? [{ path, why: `takes none of the kind that may come: ${nameOf(writer)}` }];
  }

  #one(reader: JsonObject, writer: JsonObject, path: string): Unreadable[] {
    const unknown = Object.keys(reader)
      .filter((keyword) => !KNOWN.has(keyword) && !ANNOTATIONS.has(keyword))
      .filter((keyword) => !isDeepStrictEqual(reader[keyword], writer[keyword]))
      .map((keyword) => ({ path, why: `has another ${keyword}` }));
    const values = valuesOf(writer);
    const known = valuesOf(reader);
    if (values) return [...unknown, ...valuesUnreadable(reader, known, values, path)];
    if (known) return [...unknown, { path, why: `takes ${list(known)} alone, but anything else may come` }];
    const types = typeUnreadable(reader, writer);
    if (types) return [...unknown, { path, why: types }];
    return [
      ...unknown,
      ...limitsUnreadable(reader, writer).map((why) => ({ path, why })),
      ...this.#array(reader, writer, path),
      ...this.#object(reader, writer, path),
    ];
  }

  #array(reader: JsonObject, writer: JsonObject, path: string): Unreadable[] {
    if (reader.items === undefined || !mayBe(writer, 'array')) return [];
    return this.compare(reader.items as Schema, (writer.items ?? true) as Schema, `${path}[]`);
  }

  #object(reader: JsonObject, writer: JsonObject, path: string): Unreadable[] {
    if (!mayBe(writer, 'object')) return [];
    const read = propertiesOf(reader);
    const written = propertiesOf(writer);
    const isRequired = new Set(requiredOf(writer));
    const found: Unreadable[] = requiredOf(reader)
      .filter((name) => !isRequired.has(name) && this.#defaultOf(read[name]) === undefined)
      .map((name) => ({ path: join(path, name), why: 'needs it, but it may be missing' }));
    const others = (reader.additionalProperties ?? true) as Schema;
    for (const [name, property] of Object.entries(written)) {
      const at = join(path, name);
      if (name in read) found.push(...this.compare(read[name] as Schema, property, at));
      else if (others === false) found.push({ path: at, why: 'refuses it, but it may come' });
      else found.push(...this.compare(others, property, at));
      if (!isRequired.has(name)) found.push(...this.#otherDefault(read[name], property, at));
    }
    const more = (writer.additionalProperties ?? true) as Schema;
    if (more === false) return found;
    if (others === false)
      return [...found, { path, why: 'refuses properties that it does not know, but they may come' }];
    return isAnything(others) ? found : [...found, ...this.compare(others, more, join(path, '*'))];
  }

  #otherDefault(reader: Schema | undefined, writer: Schema, path: string): Unreadable[] {
    const taken = this.#defaultOf(reader);
    const meant = typeof writer === 'boolean' ? undefined : writer.default;
    if (taken === undefined || meant === undefined || isDeepStrictEqual(taken, meant)) return [];
    return [
      { path, why: `takes ${text(taken)} where it is missing, which means ${text(meant)} to the writer` },
    ];
  }

  #defaultOf(schema: Schema | undefined): unknown {
    if (schema === undefined || typeof schema === 'boolean') return undefined;
    return resolveSchema({ schema, document: this.#readerDocument }).default;
  }
}

/** Both refer to a schema of this name. */
export function sharedName(one: Schema, other: Schema): string | undefined {
  const [first, second] = [one, other].map((schema) =>
    typeof schema === 'object' ? schema.$ref : undefined,
  );
  return typeof first === 'string' && first === second ? first.split('/').at(-1) : undefined;
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
const text = (value: unknown): string => JSON.stringify(value);
const list = (values: readonly unknown[]): string => {
  const shown = values.slice(0, 5).map(text).join(', ');
  return values.length > 5 ? `${shown} and ${values.length - 5} more` : shown;
};

const isAnything = (schema: unknown): boolean =>
  schema === true ||
  (typeof schema === 'object' &&
    schema !== null &&
    Object.keys(schema).every((keyword) => ANNOTATIONS.has(keyword)));

/** All the values that there are, where a schema lists them. */
function valuesOf(schema: JsonObject): unknown[] | undefined {
  if ('const' in schema) return [schema.const];
  if (Array.isArray(schema.enum)) return schema.enum;
  if (schema.type === 'null') return [null];
  return undefined;
}

function valuesUnreadable(
  reader: JsonObject,
  known: readonly unknown[] | undefined,
  values: readonly unknown[],
  path: string,
): Unreadable[] {
  if (!known) return values.flatMap((value) => valueUnreadable(reader, value, path));
  const others = values.filter((value) => !known.some((one) => isDeepStrictEqual(one, value)));
  return others.length > 0 ? [{ path, why: `takes ${list(known)}, but ${list(others)} may come` }] : [];
}

function valueUnreadable(reader: JsonObject, value: unknown, path: string): Unreadable[] {
  // The value as a schema of its own: whatever limits it has are those of the value.
  const size = typeof value === 'string' ? [...value].length : Array.isArray(value) ? value.length : 0;
  const isText = typeof value === 'string';
  const exact: JsonObject = {
    type: typeOf(value),
    ...(typeof value === 'number' && { minimum: value, maximum: value, multipleOf: value }),
    ...(isText && { minLength: size, maxLength: size, format: reader.format }),
    ...(isText && matches(reader.pattern, value) && { pattern: reader.pattern }),
  };
  const why = typeUnreadable(reader, exact) ?? limitsUnreadable(reader, exact)[0];
  return why ? [{ path, why: `does not take ${text(value)}: ${why}` }] : [];
}

const matches = (pattern: unknown, value: string): boolean =>
  typeof pattern === 'string' && new RegExp(pattern, 'u').test(value);

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function typeUnreadable(reader: JsonObject, writer: JsonObject): string | undefined {
  if (reader.type === undefined || reader.type === writer.type) return undefined;
  if (reader.type === 'number' && writer.type === 'integer') return undefined;
  return `takes ${a(reader.type)}, but ${writer.type === undefined ? 'anything' : a(writer.type)} may come`;
}

const a = (type: unknown): string => `${/^[aio]/.test(String(type)) ? 'an' : 'a'} ${type}`;

const mayBe = (schema: JsonObject, type: string): boolean =>
  schema.type === undefined || schema.type === type;

/** Bounds, pattern and format: what a reader asks for and a writer does not promise. */
function limitsUnreadable(reader: JsonObject, writer: JsonObject): string[] {
  const found: string[] = [];
  const lowest = [lowestOf(reader), lowestOf(writer)] as const;
  const highest = [highestOf(reader), highestOf(writer)] as const;
  if (isBelow(lowest[1], lowest[0])) found.push(`takes ${bound(lowest[0], 'more')}, but less may come`);
  if (isBelow(negative(highest[1]), negative(highest[0]))) {
    found.push(`takes ${bound(highest[0], 'less')}, but more may come`);
  }
  for (const what of ['Length', 'Items', 'Properties']) {
    const [least, most] = [numberOf(reader[`min${what}`]) ?? 0, numberOf(reader[`max${what}`])];
    const promised = what === 'Properties' ? requiredOf(writer).length : 0;
    const fewest = Math.max(promised, numberOf(writer[`min${what}`]) ?? 0);
    const largest = numberOf(writer[`max${what}`]);
    const unit = what === 'Length' ? 'characters' : what.toLowerCase();
    if (fewest < least) found.push(`takes ${least} ${unit} or more, but fewer may come`);
    if (most !== undefined && (largest === undefined || largest > most)) {
      found.push(`takes ${most} ${unit} or fewer, but more may come`);
    }
  }
  for (const keyword of ['pattern', 'format']) {
    if (reader[keyword] !== undefined && reader[keyword] !== writer[keyword]) {
      found.push(`takes the ${keyword} ${reader[keyword]}, but ${writer[keyword] ?? 'others'} may come`);
    }
  }
  const step = numberOf(reader.multipleOf);
  const steps = numberOf(writer.multipleOf);
  if (step !== undefined && (steps === undefined || !isMultiple(steps, step))) {
    found.push(`takes multiples of ${step}, but other numbers may come`);
  }
  if (reader.uniqueItems === true && writer.uniqueItems !== true)
    found.push('takes no item twice, but that may come');
  return found;
}

interface Bound {
  value: number;
  isExclusive: boolean;
}

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const isMultiple = (number: number, of: number): boolean =>
  Math.abs(number / of - Math.round(number / of)) < 1e-9;
const negative = (bound: Bound | undefined): Bound | undefined => bound && { ...bound, value: -bound.value };

const bound = (limit: Bound | undefined, way: 'more' | 'less'): string =>
  limit?.isExclusive ? `${way} than ${limit.value}` : `${limit?.value} or ${way}`;

function lowestOf(schema: JsonObject): Bound | undefined {
  return strictest(schema, numberOf(schema.minimum), numberOf(schema.exclusiveMinimum), 1);
}

function highestOf(schema: JsonObject): Bound | undefined {
  return strictest(schema, numberOf(schema.maximum), numberOf(schema.exclusiveMaximum), -1);
}

/** Of whole numbers, more than 0 is the same as 1 or more. */
function strictest(
  { type }: JsonObject,
  inclusive: number | undefined,
  exclusive: number | undefined,
  inwards: 1 | -1,
): Bound | undefined {
  const bounds: Bound[] = [];
  if (inclusive !== undefined) bounds.push({ value: inclusive, isExclusive: false });
  if (exclusive !== undefined) {
    const isWhole = type === 'integer';
    bounds.push(
      isWhole ? { value: exclusive + inwards, isExclusive: false } : { value: exclusive, isExclusive: true },
    );
  }
  return bounds.sort(
    (one, other) =>
      inwards * (other.value - one.value) || Number(other.isExclusive) - Number(one.isExclusive),
  )[0];
}

/** Whether something may lie below what a reader takes. */
function isBelow(writer: Bound | undefined, reader: Bound | undefined): boolean {
  if (!reader) return false;
  if (!writer) return true;
  if (writer.value !== reader.value) return writer.value < reader.value;
  return reader.isExclusive && !writer.isExclusive;
}

/** Whether two members of unions are versions of the same: the same constants (`eventType`), or the same type without any. */
export function isAlike(one: JsonObject, other: JsonObject): boolean {
  const constants = constantsOf(one);
  const others = constantsOf(other);
  const shared = Object.keys(constants).filter((name) => name in others);
  if (shared.length > 0) return shared.every((name) => constants[name] === others[name]);
  return one.type === other.type && Object.keys(constants).length === Object.keys(others).length;
}

/** `(OrderCreated)`: which member of a union it is, by the constant that tells the members apart; nothing without one. */
export function memberName(members: readonly JsonObject[], one: JsonObject): string {
  const all = members.map(constantsOf);
  const distinct = (name: string) => new Set(all.map((constants) => constants[name])).size;
  const [telling = ''] = Object.keys(all[0] ?? {}).sort(
    (first, second) => distinct(second) - distinct(first),
  );
  const value = distinct(telling) > 1 ? constantsOf(one)[telling] : undefined;
  return value === undefined ? '' : `(${value})`;
}

const constantsOf = (schema: JsonObject): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(propertiesOf(schema)).flatMap(([name, property]) =>
      typeof property === 'object' && typeof property.const === 'string' ? [[name, property.const]] : [],
    ),
  );

function nameOf(schema: JsonObject): string {
  const constants = Object.entries(constantsOf(schema)).map(([name, value]) => `${name} ${value}`);
  return constants.length > 0 ? constants.join(', ') : String(schema.title ?? schema.type ?? 'anything');
}
