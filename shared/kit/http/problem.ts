import type { Problem } from '#kit/events/field-errors.ts';

interface ProblemParts {
  /** Last part of the problem's `type`; stable, for programs. */
  code: string;
  /** The same for every problem of this code. */
  title: string;
  /** What is wrong this time, for people; never what only we should know. */
  detail: string;
  /** The domain's rule that was broken. */
  rule?: string;
  errors?: readonly Problem[];
  /** Members of this problem's own (RFC 9457, extension members): what a program needs to go on. */
  extensions?: Readonly<Record<string, unknown>>;
  headers?: Record<string, string>;
}

/** An answer that is an error, thrown from anywhere below `httpHandler`; RFC 9457. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly parts: ProblemParts;

  constructor(status: number, parts: ProblemParts) {
    super(parts.detail);
    this.status = status;
    this.parts = parts;
  }
}

export const malformedJson = (): HttpProblem =>
  new HttpProblem(400, {
    code: 'malformed-json',
    title: 'Malformed JSON',
    detail: 'The body is not JSON.',
  });

export const notUtf8 = (): HttpProblem =>
  new HttpProblem(400, {
    code: 'not-utf-8',
    title: 'Not UTF-8',
    detail: 'The body is not UTF-8.',
  });

export const unauthenticated = (): HttpProblem =>
  new HttpProblem(401, {
    code: 'unauthenticated',
    title: 'No identity',
    detail: 'The request carries no valid token.',
    headers: { 'www-authenticate': 'Bearer' },
  });

/** The token does not grant what the operation asks for. */
export const scopeMissing = (scope: string): HttpProblem =>
  new HttpProblem(403, {
    code: 'scope-missing',
    title: 'Scope missing',
    detail: `This needs the scope ${scope}.`,
    headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
  });

export const forbidden = (detail: string): HttpProblem =>
  new HttpProblem(403, { code: 'forbidden', title: 'Forbidden', detail });

export const notFound = (detail = 'There is nothing of that name.'): HttpProblem =>
  new HttpProblem(404, { code: 'not-found', title: 'Not found', detail });

export const bodyTooLarge = (limitBytes: number): HttpProblem =>
  new HttpProblem(413, {
    code: 'body-too-large',
    title: 'Body too large',
    detail: `A body has at most ${limitBytes} bytes.`,
  });

export const unsupportedMediaType = (): HttpProblem =>
  new HttpProblem(415, {
    code: 'unsupported-media-type',
    title: 'Unsupported media type',
    detail: 'The body must be JSON, and the content-type application/json.',
    headers: { accept: 'application/json' },
  });

// A body of many small mistakes must not become an answer above Lambda's 6 MB.
const MAX_ERRORS = 1_000;

/** Every field that is wrong, at once; `path` says where, beginning with the header's name for a header. */
export function invalidInput(errors: readonly Problem[]): HttpProblem {
  const hidden = errors.length - MAX_ERRORS;
  const more = hidden > 0 ? [{ path: '', message: `and ${hidden} errors more` }] : [];
  return new HttpProblem(422, {
    code: 'invalid-input',
    title: 'Invalid input',
    detail: 'The request has fields that are missing, unknown or invalid; see errors.',
    errors: [...errors.slice(0, MAX_ERRORS), ...more],
  });
}
