/** A JSON Schema (2020-12): true takes everything, false nothing. */
export type Schema = boolean | JsonObject;
export type JsonObject = { [keyword: string]: unknown };

/** A schema and the document in which its references point to something. */
export interface Located {
  schema: Schema;
  document: unknown;
}

/** The schema as an object, its references followed, the parts of its `allOf` put together. */
export function resolveSchema({ schema, document }: Located): JsonObject {
  if (typeof schema === 'boolean') return schema ? {} : { not: {} };
  if (typeof schema.$ref === 'string') {
    const { $ref, ...beside } = schema;
    const target = at(document, $ref as string) as Schema;
    return merged([resolveSchema({ schema: target, document }), beside]);
  }
  if (!Array.isArray(schema.allOf)) return schema;
  const { allOf, ...beside } = schema;
  return merged([beside, ...allOf.map((part) => resolveSchema({ schema: part as Schema, document }))]);
}

/** Each schema that a value may be one of: the members of `anyOf` and `oneOf`, or one for each of several types. */
export function alternativesOf(schema: JsonObject, document: unknown): JsonObject[] {
  const { anyOf, oneOf, type, ...beside } = schema;
  const members = (anyOf ?? oneOf) as Schema[] | undefined;
  if (members) {
    const own = { ...beside, ...(type !== undefined && { type }) };
    return members.flatMap((member) =>
      alternativesOf(merged([own, resolveSchema({ schema: member, document })]), document),
    );
  }
  if (Array.isArray(type)) return type.map((one) => ({ ...beside, type: one }));
  return [schema];
}

/** What a JSON pointer (`#/components/schemas/Money`) leads to. Throws an Error where it leads nowhere. */
export function at(document: unknown, pointer: string): unknown {
  const found = pointer
    .replace(/^#\/?/, '')
    .split('/')
    .filter((part) => part !== '')
    .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((value, key) => (value as JsonObject | undefined)?.[key], document);
  if (found === undefined) throw new Error(`${pointer} leads nowhere`);
  return found;
}

export const propertiesOf = (schema: JsonObject): Record<string, Schema> =>
  (schema.properties ?? {}) as Record<string, Schema>;

export const requiredOf = (schema: JsonObject): string[] => (schema.required ?? []) as string[];

function merged(schemas: readonly JsonObject[]): JsonObject {
  const result: JsonObject = {};
  for (const schema of schemas) {
    const properties = { ...propertiesOf(result) };
    for (const [name, property] of Object.entries(propertiesOf(schema))) {
      properties[name] = name in properties ? { allOf: [properties[name], property] } : property;
    }
    const required = [...new Set([...requiredOf(result), ...requiredOf(schema)])];
    Object.assign(result, schema);
    if (Object.keys(properties).length > 0) result.properties = properties;
    if (required.length > 0) result.required = required;
  }
  return result;
}
