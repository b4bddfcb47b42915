import { type Html, html, inline, json, prose } from './html.ts';
import { type Schema, schemaTable, typeOf } from './schema.ts';

export interface OpenApi {
  info: { title: string; version: string; description: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Schema>;
    securitySchemes: { token: { description: string } };
  };
}

interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  security: { token: string[] }[];
  parameters: (Parameter | Ref)[];
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, Response | Ref>;
}

interface Ref {
  $ref: string;
}

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description: string;
  schema: Schema;
  example?: unknown;
}

interface Content {
  schema: Schema;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

interface Response {
  description: string;
  headers?: Record<string, { description: string } | Ref>;
  content?: Record<string, Content>;
}

type Placed = Operation & { method: string; path: string };

/** The operations of each tag, in the order of the document. */
export function operationsByTag(document: OpenApi): [OpenApi['tags'][number], Placed[]][] {
  const all = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ ...operation, method, path })),
  );
  return document.tags.map((tag) => [tag, all.filter(({ tags }) => tags.includes(tag.name))]);
}

export const operationLink = ({ operationId, method, summary }: Placed): Html =>
  html`<a href="#${operationId}"><span class="method ${method}">${method.toUpperCase()}</span>${summary}</a>`;

export function operationSection(document: OpenApi, operation: Placed): Html {
  const { operationId, method, path, summary, description, security, requestBody } = operation;
  const body = requestBody?.content['application/json'];
  const scopes = security.flatMap(({ token }) => token);
  return html`<section id="${operationId}"><h3>${summary}</h3>
<p class="route"><span class="method ${method}">${method.toUpperCase()}</span><code>${path}</code>
<small>${security.length === 0 ? 'no token' : scopes.length > 0 ? html`scope <code>${scopes.join(' ')}</code>` : 'any token'}</small></p>
${prose(description)}
${parametersTable(document, operation)}
${body && html`<h4>Body</h4>${schemaTable('api', body.schema)}`}
${requestExample(operation, body)}
<h4>Answers</h4>${Object.entries(operation.responses).map(([status, response]) =>
    responseDetails(status, resolve(document, response), document),
  )}</section>`;
}

function parametersTable(document: OpenApi, { parameters }: Placed): Html {
  const rows = parameters
    .map((parameter) => resolve(document, parameter))
    .map(
      ({ name, in: place, required, description, schema: { pattern: _, ...schema } }) => html`<tr>
<td><code>${name}</code>${!required && html` <small>optional</small>`}</td><td class="place">${place}</td>
<td>${typeOf('api', schema)}${schema.default !== undefined && html`, else <code>${String(schema.default)}</code>`}</td>
<td>${inline(description)}</td></tr>`,
    );
  return html`<table class="fields"><thead><tr><th>Parameter</th><th>In</th><th>Type</th><th>Meaning</th></tr></thead>
<tbody>${rows}</tbody></table>`;
}

/** A command line that works as it is, once API and TOKEN are set. */
function requestExample({ method, path, parameters, security }: Placed, body: Content | undefined): Html {
  const given = parameters.filter((one): one is Parameter => !('$ref' in one) && one.example !== undefined);
  const filled = given
    .filter((one) => one.in === 'path')
    .reduce(
      (text, { name, example }) => text.replace(`{${name}}`, encodeURIComponent(String(example))),
      path,
    );
  const query = given
    .filter((one) => one.in === 'query' && one.required)
    .map(({ name, example }) => `${name}=${encodeURIComponent(String(example))}`);
  const value = Object.values(body?.examples ?? {})[0]?.value;
  const lines = [
    `curl -i${method === 'get' ? '' : ` -X ${method.toUpperCase()}`} "$API${filled}${query.length > 0 ? `?${query.join('&')}` : ''}"`,
    ...(security.length > 0 ? ['-H "authorization: Bearer $TOKEN"'] : []),
    ...(value
      ? ["-H 'content-type: application/json'", `-d '${JSON.stringify(value).replaceAll("'", "'\\''")}'`]
      : []),
  ];
  return html`<pre><code>${lines.join(' \\\n  ')}</code></pre>`;
}

function responseDetails(
  status: string,
  { description, headers, content }: Response,
  document: OpenApi,
): Html {
  const names = Object.entries(headers ?? {}).map(
    ([name, header]) => html`<li><code>${name}</code> ${inline(resolve(document, header).description)}</li>`,
  );
  return html`<details class="s${status[0]}"><summary><strong>${status}</strong> ${description}</summary>
${names.length > 0 && html`<ul>${names}</ul>`}
${Object.entries(content ?? {}).map(([type, one]) => contentOf(type, one))}</details>`;
}

function contentOf(type: string, { schema, example, examples = {} }: Content): Html {
  const shown = Object.values(examples).map(({ value }) => value);
  const all = example === undefined ? shown : [example, ...shown];
  // A problem's table would say the same for each: the examples tell them apart.
  const table = type === 'application/problem+json' ? html`` : schemaTable('api', schema);
  return html`<p class="type">${type}</p>${table}${all.map(json)}`;
}

function resolve<Value extends object>(document: OpenApi, value: Value | Ref): Value {
  if (!('$ref' in value)) return value;
  const steps = value.$ref.slice(2).split('/');
  return steps.reduce((at: unknown, step) => (at as Record<string, unknown>)[step], document) as Value;
}
