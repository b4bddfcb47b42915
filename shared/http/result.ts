import type { HttpProblem } from './problem.ts';

export interface HttpAnswer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** What Lambda answers to an HTTP API (payload format 2.0). */
export interface HttpResult {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

export const jsonResult = ({ status, body, headers }: HttpAnswer, correlationId: string): HttpResult =>
  result(status, { 'content-type': 'application/json', ...headers }, correlationId, body);

export function problemResult(
  problem: HttpProblem,
  correlationId: string,
  instance: string | undefined,
): HttpResult {
  const headers = { 'content-type': 'application/problem+json', ...problem.parts.headers };
  return result(problem.status, headers, correlationId, problemBody(problem, correlationId, instance));
}

/** A problem as RFC 9457 has it. */
export function problemBody(
  { status, parts }: HttpProblem,
  correlationId: string,
  instance: string | undefined,
) {
  const { code, title, detail, rule, errors } = parts;
  const type = `urn:orderstream:problem:${code}`;
  return { type, title, status, detail, instance, correlationId, rule, errors };
}

const result = (
  statusCode: number,
  headers: Record<string, string>,
  correlationId: string,
  body: unknown,
): HttpResult => ({
  statusCode,
  // What a caller may see is the caller's: no cache between us keeps it.
  headers: { 'cache-control': 'no-store', 'x-correlation-id': correlationId, ...headers },
  body: JSON.stringify(body),
});
