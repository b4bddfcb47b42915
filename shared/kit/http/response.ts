import type { HttpProblem } from './problem.ts';

export interface HttpResponse {
  status: number;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is in place of `body`, with what it is among `headers`. */
  raw?: string | Buffer;
  headers?: Record<string, string>;
}

/** What Lambda answers to an HTTP API (payload format 2.0). */
export interface HttpResult {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
  /** The body's bytes, where they are no text. */
  isBase64Encoded?: true;
}

export function responseResult(answer: HttpResponse, correlationId: string): HttpResult {
  const { status, body, raw, headers } = answer;
  if (raw === undefined) {
    const json = { 'content-type': 'application/json', ...headers };
    return result(status, json, correlationId, JSON.stringify(body));
  }
  if (typeof raw === 'string') return result(status, { ...headers }, correlationId, raw);
  const bytes = result(status, { ...headers }, correlationId, raw.toString('base64'));
  return { ...bytes, isBase64Encoded: true };
}

export function problemResult(
  service: string,
  problem: HttpProblem,
  correlationId: string,
  instance: string | undefined,
): HttpResult {
  const headers = { 'content-type': 'application/problem+json', ...problem.parts.headers };
  const body = JSON.stringify(problemBody(service, problem, correlationId, instance));
  return result(problem.status, headers, correlationId, body);
}

/** A problem as RFC 9457 has it; its type is a URN of the service. */
export function problemBody(
  service: string,
  { status, parts }: HttpProblem,
  correlationId: string,
  instance: string | undefined,
) {
  const { code, title, detail, rule, errors, extensions } = parts;
  const type = `urn:${service}:problem:${code}`;
  return { ...extensions, type, title, status, detail, instance, correlationId, rule, errors };
}

const result = (
  statusCode: number,
  headers: Record<string, string>,
  correlationId: string,
  body: string,
): HttpResult => ({
  statusCode,
  // What a caller may see is the caller's: no cache between us keeps it.
  headers: { 'cache-control': 'no-store', 'x-correlation-id': correlationId, ...headers },
  body,
});
