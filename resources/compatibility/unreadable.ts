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
import { limitsUnreadable, typeUnreadable } from './limits.ts';
import { isAlike, memberName, nameOf, sharedName } from './members.ts';

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

const mayBe = (schema: JsonObject, type: string): boolean =>
  schema.type === undefined || schema.type === type;
