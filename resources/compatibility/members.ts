import { type JsonObject, propertiesOf, type Schema } from './json-schema.ts';

// What schemas are called in messages, and which of two unions' members belong together.

/** Both refer to a schema of this name. */
export function sharedName(one: Schema, other: Schema): string | undefined {
  const [first, second] = [one, other].map((schema) =>
    typeof schema === 'object' ? schema.$ref : undefined,
  );
  return typeof first === 'string' && first === second ? first.split('/').at(-1) : undefined;
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

/** For people: by its constants, title or type. */
export function nameOf(schema: JsonObject): string {
  const constants = Object.entries(constantsOf(schema)).map(([name, value]) => `${name} ${value}`);
  return constants.length > 0 ? constants.join(', ') : String(schema.title ?? schema.type ?? 'anything');
}
