import { type Html, html, inline } from './html.ts';

/** JSON Schema, as far as our documents use it. */
export interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  const?: unknown;
  enum?: unknown[];
  pattern?: string;
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  oneOf?: Schema[];
  allOf?: Schema[];
}

/** Where a component stands on the page; each of the two documents has its own. */
const anchorOf = (document: string, ref: string): string => `${document}-${ref.split('/').at(-1)}`;

/** A schema as a table of its fields, or as one line where it has none. */
export function schemaTable(document: string, schema: Schema): Html {
  if (!schema.properties) return html`<p class="type">${typeOf(document, schema)}</p>`;
  return html`<table class="fields"><thead><tr><th>Field</th><th>Type</th><th>Meaning</th></tr></thead>
<tbody>${rows(document, schema, '')}</tbody></table>`;
}

/** Nested objects follow their field, with the whole path: `items[].sku`. */
function rows(document: string, { properties = {}, required = [] }: Schema, prefix: string): Html[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const path = prefix + name;
    const within = field.properties ? field : field.items?.properties ? field.items : undefined;
    return [
      html`<tr><td><code>${path}</code>${!required.includes(name) && html` <small>optional</small>`}</td>
<td>${typeOf(document, field)}</td><td>${inline(field.description)}</td></tr>`,
      ...(within ? rows(document, within, `${path}${field.items ? '[]' : ''}.`) : []),
    ];
  });
}

/** `string · uuid`, `integer 1 to 100`, `list of Order`. */
export function typeOf(document: string, schema: Schema): Html {
  if (schema.$ref) {
    return html`<a href="#${anchorOf(document, schema.$ref)}">${schema.$ref.split('/').at(-1)}</a>`;
  }
  if (schema.oneOf) {
    return html`one of ${schema.oneOf.map((one, index) => html`${index > 0 && ', '}${typeOf(document, one)}`)}`;
  }
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (schema.enum) {
    if (schema.enum.length > 20) return html`${schema.enum.length} values: ${schema.enum.join(' ')}`;
    return html`${schema.enum.map((one, index) => html`${index > 0 && ' '}<code>${String(one)}</code>`)}`;
  }
  const bounds = boundsOf(schema);
  if (schema.items) return html`list of ${bounds}${bounds && ' '}${typeOf(document, schema.items)}`;
  const pattern = schema.format === undefined && schema.pattern && schema.pattern.length <= 40;
  return html`${schema.type ?? 'anything'}${schema.format && ` · ${schema.format}`}${bounds && ` ${bounds}`}${
    pattern && html` <code class="pattern">${schema.pattern}</code>`
  }`;
}

function boundsOf(schema: Schema): string {
  const low = schema.minimum ?? schema.minItems ?? schema.minLength ?? above(schema.exclusiveMinimum);
  const high = finite(schema.maximum) ?? schema.maxItems ?? schema.maxLength;
  const unit = schema.type === 'string' && (low !== undefined || high !== undefined) ? ' characters' : '';
  if (low !== undefined && high !== undefined) return `${grouped(low)} to ${grouped(high)}${unit}`;
  if (high !== undefined) return `up to ${grouped(high)}${unit}`;
  if (low === 1 && schema.type === 'string') return 'not empty';
  return low === undefined ? '' : `from ${grouped(low)}${unit}`;
}

const above = (limit: number | undefined) => (limit === undefined ? undefined : limit + 1);
const finite = (limit: number | undefined) => (limit === Number.MAX_SAFE_INTEGER ? undefined : limit);
const grouped = (value: number): string => value.toLocaleString('en-US');
