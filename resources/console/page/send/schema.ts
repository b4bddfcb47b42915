/** JSON Schema, as far as the contract uses it. */
export interface Schema {
  $ref?: string;
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  description?: string;
  default?: unknown;
  additionalProperties?: unknown;
}

export interface Document {
  components: { schemas: Record<string, Schema>; parameters?: Record<string, Parameter> };
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  description?: string;
  schema: Schema;
  example?: unknown;
}

/** The schema itself, where it is a reference to one. */
export function resolved(document: Document, schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1);
  const found = name === undefined ? schema : (document.components.schemas[name] ?? {});
  const { allOf, ...rest } = found;
  if (!allOf) return found;
  const parts = [rest, ...allOf.map((one) => resolved(document, one))];
  return Object.assign({}, ...parts, {
    properties: Object.assign({}, ...parts.map(({ properties }) => properties)),
    required: parts.flatMap(({ required = [] }) => required),
  }) as Schema;
}

/** A value that the form may begin with, where no example is given. */
export function beginningOf(document: Document, given: Schema): unknown {
  const schema = resolved(document, given);
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  const [first] = schema.oneOf ?? schema.anyOf ?? [];
  if (first) return beginningOf(document, first);
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, beginningOf(document, schema.properties?.[name] ?? {})]),
      );
    case 'array':
      return schema.items && (schema.minItems ?? 0) > 0 ? [beginningOf(document, schema.items)] : [];
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 0, (schema.exclusiveMinimum ?? -1) + 1);
    case 'boolean':
      return false;
    default:
      return '';
  }
}
