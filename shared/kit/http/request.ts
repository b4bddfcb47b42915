import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { ExpectedVersions } from '#kit/event-store/errors.ts';
import type { Problem } from '#kit/events/field-errors.ts';
import { ANONYMOUS, isInternalIdentity } from '#kit/events/identities.ts';
import { entityTags } from './entity-tags.ts';
import { type Claims, isIdToken, permissionsOf } from './permissions.ts';
import { unauthenticated } from './problem.ts';

/** Who sent the request, by the claims of the token that the API's authorizer has checked. */
export interface Caller {
  /** The claim `sub`. */
  userId: string;
  /** What the token gives a right to, as `permissionsOf` reads it. */
  scopes: readonly string[];
  can(scope: string): boolean;
}

/** A request whose every part has been checked. */
export interface HttpRequest<Params = unknown, Query = unknown, Body = unknown> {
  params: Params;
  query: Query;
  body: Body;
  caller: Caller;
  /** One id for everything that this request sets off. */
  correlationId: string;
  /** API Gateway's id of this request. */
  requestId: string;
  /** The versions that the caller would change, and no other; `any` for `*`: whatever there is, but something. */
  ifMatch?: ExpectedVersions;
  idempotencyKey?: string;
  /** Of any other header, by its name in lower case. */
  header(name: string): string | undefined;
}

/** What API Gateway sends, the headers' names in lower case. */
export type HttpEvent = APIGatewayProxyEventV2;

/** What the headers may hold. */
export const IF_MATCH = /^(\*|"[1-9][0-9]{0,14}"(\s*,\s*"[1-9][0-9]{0,14}"){0,9})$/;
export const IDEMPOTENCY_KEY = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/;
const CORRELATION_ID = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Throws 401 where there are no claims: a route without its authorizer lets nobody in. Nor does an ID token, nor one
 * whose `sub` is a name of ours.
 */
export function callerOf(event: HttpEvent, resourceServer: string): Caller {
  const { authorizer } = event.requestContext as { authorizer?: { jwt?: { claims?: Claims } } };
  const claims = authorizer?.jwt?.claims ?? {};
  const { sub } = claims;
  if (typeof sub !== 'string' || sub.trim() === '' || isInternalIdentity(sub) || isIdToken(claims)) {
    throw unauthenticated();
  }
  return caller(sub, permissionsOf(claims, resourceServer));
}

/** Of a route that asks for no token. */
export const anonymous = (): Caller => caller(ANONYMOUS, []);

const caller = (userId: string, scopes: readonly string[]): Caller => ({
  userId,
  scopes,
  can: (scope) => scopes.includes(scope),
});

/** The client's own id for everything that this request sets off, where it is sane; else the request's. */
export function correlationIdOf(event: HttpEvent): string {
  const given = headerOf(event, 'x-correlation-id');
  if (given !== undefined && CORRELATION_ID.test(given)) return given;
  return event.requestContext?.requestId ?? 'unknown';
}

/**
 * `"3", "4"` → [3, 4]; `*` → any; undefined without the header. If-Match compares strongly (RFC 9110, 13.1.1), so no
 * version has a weak tag: a client that sends one is told so, rather than that the resource has changed.
 */
export function ifMatchOf(event: HttpEvent, problems: Problem[]): ExpectedVersions | undefined {
  const given = headerOf(event, 'if-match')?.trim();
  if (given === undefined) return undefined;
  if (IF_MATCH.test(given)) {
    const tags = entityTags(given);
    return tags === '*' ? 'any' : tags.map((tag) => Number(tag.slice(1, -1)));
  }
  const message = 'must be versions in quotes as ETag has them, e.g. "3", and not weak; or *';
  problems.push({ path: 'if-match', message });
  return undefined;
}

/** A command must not run as if nobody had asked for a condition that it does not know. */
export function refuseIfNoneMatch(event: HttpEvent, problems: Problem[]): void {
  if (headerOf(event, 'if-none-match') === undefined) return;
  problems.push({ path: 'if-none-match', message: 'is not for commands: see If-Match' });
}

export function idempotencyKeyOf(event: HttpEvent, problems: Problem[]): string | undefined {
  const given = headerOf(event, 'idempotency-key');
  if (given === undefined) return undefined;
  if (IDEMPOTENCY_KEY.test(given)) return given;
  problems.push({ path: 'idempotency-key', message: 'must be 1 to 255 printable ASCII characters' });
  return undefined;
}

/** API Gateway decodes them; an emulator may not. No id has a `%` of its own. */
export const pathParametersOf = (event: HttpEvent): Record<string, string> =>
  Object.fromEntries(
    Object.entries(event.pathParameters ?? {}).map(([name, value]) => [name, decoded(value ?? '')]),
  );

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** Also before the normalizer has run: an error may come earlier. */
export function headerOf(event: HttpEvent, name: string): string | undefined {
  for (const [given, value] of Object.entries(event.headers ?? {})) {
    if (given.toLowerCase() === name) return value;
  }
  return undefined;
}
