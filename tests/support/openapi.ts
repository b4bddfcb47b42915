import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { HttpResult } from '#kit/http/response.ts';

type Json = Record<string, unknown>;

export interface Operation {
  operationId: string;
  security: Record<string, string[]>[];
  parameters?: Json[];
  requestBody?: { required: boolean; content: { 'application/json': { schema: Json; examples: Json } } };
  responses: Record<string, Response>;
}

interface Response {
  headers?: Record<string, { required?: boolean; schema: Json }>;
  content?: Record<
    string,
    { schema: Json; example?: unknown; examples?: Record<string, { value: unknown }> }
  >;
}

const file = resolve(import.meta.dirname, '../../shared/api/openapi.json');

/** The OpenAPI document as it is in the repository. */
export const openApi = JSON.parse(readFileSync(file, 'utf8'));

/** What every answer of ours may carry without being named for each: what belongs to HTTP and to browsers. */
const COMMON_HEADERS = new Set([
  'content-type',
  'cache-control',
  'vary',
  'referrer-policy',
  'strict-transport-security',
  'x-content-type-options',
  'x-frame-options',
  'x-xss-protection',
  'content-security-policy',
  'cross-origin-resource-policy',
]);

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema(closed(openApi) as Json, 'openapi');

/** Operation by its id, with its place in the document as a JSON pointer. */
export const operations = new Map<string, Operation & { pointer: string; method: string; path: string }>(
  Object.entries(openApi.paths as Record<string, Record<string, Operation>>).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => [
      operation.operationId,
      { ...operation, method, path, pointer: `#/paths/${escaped(path)}/${method}` },
    ]),
  ),
);

const validators = new Map<string, ValidateFunction>();

/** What is wrong with a value by the schema at that place of the document, unknown fields included; none = all is well. */
export function violations(pointer: string, value: unknown): string[] {
  let validate = validators.get(pointer);
  if (!validate) {
    validate = ajv.compile({ $ref: `openapi${pointer}` });
    validators.set(pointer, validate);
  }
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath || 'body'} ${message} ${JSON.stringify(params)}`,
  );
}

/** Throws where an answer is not what the document says of that operation and status. */
export function checkAnswer(operationId: string, result: HttpResult): void {
  const found = answerViolations(operationId, result);
  if (found.length === 0) return;
  throw new Error(
    `${operationId} answers ${result.statusCode} outside its contract:\n${found.join('\n')}\n${result.body}`,
  );
}

export function answerViolations(operationId: string, { statusCode, headers, body }: HttpResult): string[] {
  const operation = operations.get(operationId);
  if (!operation) return [`there is no operation ${operationId}`];
  const inline = operation.responses[statusCode];
  if (!inline) return [`the status ${statusCode} is not documented`];
  const { pointer, response } = resolved(`${operation.pointer}/responses/${statusCode}`, inline);
  return [
    ...headerViolations(pointer, response, headers),
    ...bodyViolations(pointer, response, headers, body),
  ];
}

function headerViolations(
  pointer: string,
  { headers = {} }: Response,
  sent: Record<string, string>,
): string[] {
  const names = Object.fromEntries(Object.entries(sent).map(([name, value]) => [name.toLowerCase(), value]));
  const unknown = Object.keys(names).filter((name) => !(name in headers) && !COMMON_HEADERS.has(name));
  const known = Object.entries(headers).flatMap(([name, header]) => {
    const at = resolved(`${pointer}/headers/${escaped(name)}`, header);
    const value = names[name];
    if (value === undefined) return at.response.required ? [`the header ${name} is missing`] : [];
    return violations(`${at.pointer}/schema`, value).map((problem) => `header ${name}: ${problem}`);
  });
  return [...unknown.map((name) => `the header ${name} is not documented`), ...known];
}

function bodyViolations(
  pointer: string,
  { content = {} }: Response,
  headers: Record<string, string>,
  body: string,
): string[] {
  const type = headers['content-type']?.split(';')[0] ?? '';
  if (Object.keys(content).length === 0) return body === '' ? [] : ['a body, where none is documented'];
  if (!content[type]) return [`the media type ${type} is not documented`];
  const value = type.endsWith('json') ? JSON.parse(body) : body;
  return violations(`${pointer}/content/${escaped(type)}/schema`, value);
}

/** Follows a `$ref` of the document. */
export function resolved<Value>(pointer: string, value: Value): { pointer: string; response: Value } {
  const ref = (value as { $ref?: string }).$ref;
  if (!ref) return { pointer, response: value };
  const steps = ref.slice(2).split('/');
  return { pointer: ref, response: steps.reduce((at, step) => at[step], openApi) as Value };
}

function escaped(step: string): string {
  return encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/**
 * The document is open, since answers may gain fields; a test wants to know of each that nobody has documented.
 * What is put together by `allOf` is closed in its first part.
 */
function closed(value: unknown, open = false): unknown {
  if (Array.isArray(value)) return value.map((one) => closed(one));
  if (typeof value !== 'object' || value === null) return value;
  const json = Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === 'allOf' && Array.isArray(inner) ? inner.map((one) => closed(one, true)) : closed(inner),
    ]),
  ) as Json;
  const isOpenObject = json.type === 'object' && 'properties' in json && !('additionalProperties' in json);
  return isOpenObject && !open ? { ...json, additionalProperties: false } : json;
}
