import type { Answer } from '#api/operation.ts';
import { application } from '#application';
import type { HttpProblem } from '#kit/http/problem.ts';
import { problemBody } from '#kit/http/response.ts';
import type { Components, JsonSchema } from './json-schema.ts';
import type { Operation } from './operations.ts';
import { problemsOf } from './problems.ts';

export const headers = {
  'x-correlation-id': {
    description: 'One id for everything that this request has set off: in events, in logs, in an error',
    required: true,
    schema: { type: 'string' },
    example: 'checkout_7-a',
  },
  etag: {
    description: 'The version, for If-Match; or of a document, for If-None-Match',
    required: true,
    schema: { type: 'string', pattern: '^(W/)?"[^"]+"$' },
    example: '"3"',
  },
  location: {
    description: 'Where the new order is',
    required: true,
    schema: { type: 'string', format: 'uri-reference' },
    example: '/orders/fbdd7f74-f500-51a7-aa8e-e2964f6a9b52',
  },
  cacheControl: {
    description: 'How long a cache may keep it',
    required: true,
    schema: { type: 'string' },
    example: 'public, max-age=300',
  },
  'www-authenticate': {
    description: 'RFC 6750',
    required: true,
    schema: { type: 'string', pattern: '^Bearer' },
    example: 'Bearer error="insufficient_scope", scope="orders:manage"',
  },
  accept: {
    description: 'What is taken instead',
    required: true,
    schema: { type: 'string' },
    example: 'application/json',
  },
  'retry-after': {
    description: 'Seconds',
    required: true,
    schema: { type: 'string', pattern: '^\\d+$' },
    example: '1',
  },
};

const headerNames = { etag: 'etag', location: 'location', cacheControl: 'cache-control' };

const descriptions: Record<number, string> = {
  400: 'The body is not JSON.',
  401: 'No valid token.',
  403: 'The token does not grant it.',
  404: 'There is no such thing, or none that the caller may know of.',
  409: 'A rule of the domain says no, or others came first.',
  412: 'The resource has another version than If-Match names, or does not exist.',
  413: 'The body is too large.',
  415: 'The body is not declared to be JSON.',
  422: 'Input that is missing, unknown or invalid; or a key that was used for another command.',
  429: 'More requests than the stage takes. Answered by API Gateway.',
  500: 'Our fault.',
  503: 'Too busy. Safe to send again, a command with its Idempotency-Key.',
};

/** What API Gateway answers in front of any function: a bad token, too many requests, a function that is gone. */
const gatewayMessages: Record<number, string> = {
  401: 'Unauthorized',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Answers that many operations share, by name. */
export class SharedResponses {
  readonly responses: Record<string, JsonSchema> = {};

  /** A reference where the same answer has been given before, or may be again; else the answer itself. */
  take(status: number, problems: readonly HttpProblem[], response: JsonSchema): JsonSchema {
    const name = sharedName(status, problems);
    if (!name) return response;
    this.responses[name] ??= response;
    if (JSON.stringify(this.responses[name]) !== JSON.stringify(response)) {
      throw new Error(`two answers are called ${name}`);
    }
    return refTo('responses', name);
  }
}

/** Without a rule and without a scope an error is the same everywhere: it is called after its codes. */
function sharedName(status: number, problems: readonly HttpProblem[]): string | undefined {
  if (status === 403 || status === 404 || problems.some(({ parts }) => parts.rule)) return undefined;
  if (problems.length === 0) return 'TooManyRequests';
  return problems.length === 1 ? pascal(problems[0]?.parts.code ?? '') : `Command${status}`;
}

const pascal = (code: string): string =>
  code.replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase());

/** Every answer of an operation by status: what is no error, the function's problems, the gateway's own. */
export function responsesOf(
  operation: Operation,
  components: Components,
  shared: SharedResponses,
): Record<string, JsonSchema> {
  const byStatus = Map.groupBy(problemsOf(operation), ({ status }) => status);
  const errors = [...byStatus].map(([status, problems]) => [
    status,
    shared.take(status, problems, problemResponse(problems, operation.authorized)),
  ]);
  return Object.fromEntries([
    ...operation.contract.answers.map((answer) => [answer.status, answerResponse(answer, components)]),
    ...errors,
    [429, shared.take(429, [], gatewayResponse(429))],
  ]);
}

function answerResponse(answer: Answer, components: Components): JsonSchema {
  const { description, schema, example, mediaType = 'application/json' } = answer;
  const content = schema
    ? { schema: components.output(schema), ...(example !== undefined && { example }) }
    : mediaType === 'application/json'
      ? undefined
      : { schema: { type: 'string' } };
  const own = (answer.headers ?? []).map((given) => {
    const name = given.replace('?', '') as keyof typeof headerNames;
    return [headerNames[name], given === name ? refTo('headers', name) : optionalHeader(name)];
  });
  return {
    description,
    headers: { 'x-correlation-id': refTo('headers', 'x-correlation-id'), ...Object.fromEntries(own) },
    ...(content && { content: { [mediaType]: content } }),
  };
}

function problemResponse(problems: HttpProblem[], authorized: boolean): JsonSchema {
  const status = problems[0]?.status ?? 500;
  const rules = problems.flatMap(({ parts }) => parts.rule ?? []);
  const gateway = status === 401 && !authorized ? undefined : gatewayMessages[status];
  const schema = {
    allOf: [
      refTo('schemas', 'Problem'),
      {
        properties: {
          status: { const: status },
          type: { enum: unique(problems.map(({ parts }) => typeOf(parts.code))) },
          ...(rules.length > 0 && { rule: { enum: unique(rules) } }),
        },
      },
    ],
  };
  const examples = Object.fromEntries(
    problems.map((problem) => [
      problem.parts.code,
      {
        summary: problem.parts.detail,
        value: problemBody(application.name, problem, 'checkout_7-a', undefined),
      },
    ]),
  );
  const names = unique(problems.flatMap(({ parts }) => Object.keys(parts.headers ?? {})));
  const always = ['x-correlation-id', ...names];
  return {
    description: descriptions[status],
    // The gateway's own answers lack what the function's have.
    headers: Object.fromEntries(
      always.map((name) => [name, gateway ? optionalHeader(name) : refTo('headers', name)]),
    ),
    content: {
      'application/problem+json': { schema, examples },
      ...(gateway && gatewayResponse(status).content),
    },
  };
}

function gatewayResponse(status: number) {
  const example = { message: gatewayMessages[status] };
  return {
    description: descriptions[status] ?? '',
    content: { 'application/json': { schema: refTo('schemas', 'GatewayMessage'), example } },
  };
}

function optionalHeader(name: string): JsonSchema {
  const { required: _, ...header } = headers[name as keyof typeof headers];
  return header;
}

const typeOf = (code: string): string => `urn:${application.name}:problem:${code}`;
const refTo = (kind: string, name: string): JsonSchema => ({ $ref: `#/components/${kind}/${name}` });
const unique = (values: string[]): string[] => [...new Set(values)];
