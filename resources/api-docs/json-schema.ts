import * as z from 'zod';

/** JSON Schema 2020-12. */
export type JsonSchema = Record<string, unknown>;

/** Schemas that have a name (`meta({ id })`), each once. */
export class Components {
  readonly schemas: Record<string, JsonSchema> = {};

  /** What a client may send. */
  input(schema: z.ZodType): JsonSchema {
    return this.#convert(schema, 'input');
  }

  /** What a client gets. Open to fields that are yet to come: answers only ever grow. */
  output(schema: z.ZodType): JsonSchema {
    return opened(this.#convert(schema, 'output')) as JsonSchema;
  }

  #convert(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const {
      $schema: _,
      $defs = {},
      ...json
    } = z.toJSONSchema(schema, {
      io,
      override: ({ jsonSchema }) => this.#document(jsonSchema),
    });
    for (const [id, definition] of Object.entries($defs)) {
      const { id: __, ...component } = refersToComponents(definition) as JsonSchema;
      this.#add(id, (io === 'output' ? opened(component) : component) as JsonSchema);
    }
    const { id, ...own } = refersToComponents(json) as JsonSchema;
    if (typeof id !== 'string') return own;
    this.#add(id, (io === 'output' ? opened(own) : own) as JsonSchema);
    return { $ref: `#/components/schemas/${id}` };
  }

  #add(id: string, schema: JsonSchema): void {
    const known = this.schemas[id];
    if (known && JSON.stringify(known) !== JSON.stringify(schema)) {
      throw new Error(`two schemas are called ${id}`);
    }
    this.schemas[id] = schema;
  }

  /** `meta({ documented })`: what stands for a schema that zod cannot show, a JSON Schema or another zod schema. */
  #document(json: JsonSchema): void {
    const { documented, description } = json;
    if (documented === undefined) return;
    for (const key of Object.keys(json)) delete json[key];
    Object.assign(json, documented instanceof z.ZodType ? this.input(documented) : documented);
    if (description !== undefined) json.description = description;
  }
}

const refersToComponents = (value: unknown): unknown =>
  mapped(value, (json) =>
    typeof json.$ref === 'string'
      ? { ...json, $ref: json.$ref.replace('#/$defs/', '#/components/schemas/') }
      : json,
  );

const opened = (value: unknown): unknown =>
  mapped(value, ({ additionalProperties, ...json }) =>
    additionalProperties === undefined || additionalProperties === false
      ? json
      : { ...json, additionalProperties },
  );

/** Every object within, from the outside in. */
function mapped(value: unknown, change: (json: JsonSchema) => JsonSchema): unknown {
  if (Array.isArray(value)) return value.map((one) => mapped(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(change(value as JsonSchema)).map(([key, inner]) => [key, mapped(inner, change)]),
  );
}
