import middy from '@middy/core';
import headerNormalizer from '@middy/http-header-normalizer';
import jsonBodyParser from '@middy/http-json-body-parser';
import securityHeaders from '@middy/http-security-headers';
import type { Context } from 'aws-lambda';
import type * as z from 'zod';
import type { BaseRuntime } from '#kit/config/base-runtime.ts';
import type { Problem } from '#kit/events/field-errors.ts';
import { jsonText } from './json-body.ts';
import { invalidInput, notFound, scopeMissing } from './problem.ts';
import { problemOf } from './problem-of.ts';
import {
  anonymous,
  callerOf,
  correlationIdOf,
  type HttpEvent,
  type HttpRequest,
  headerOf,
  idempotencyKeyOf,
  ifMatchOf,
  pathParametersOf,
  refuseIfNoneMatch,
} from './request.ts';
import { type HttpResponse, type HttpResult, problemResult, responseResult } from './response.ts';
import { parsePart } from './validation.ts';

/** Schemas are strict objects (`z.strictObject`), so that a field that nobody knows is an error. */
export interface HttpRoute<Params, Query, Body> {
  /** What a page may load, where the rest may load nothing: directives of its Content-Security-Policy. */
  pagePolicy?: Readonly<Record<string, string | undefined>>;
  /** Without it in the token: 403. */
  scope?: string;
  /** The route takes no token. */
  anonymous?: true;
  params?: z.ZodType<Params>;
  /** A malformed id in the path names nothing: 404. Where the path names what the command brings into being: 422. */
  malformedParams?: 404 | 422;
  /** Over strings. No schema: no query parameter is known. */
  query?: z.ZodType<Query>;
  /** No schema: the body is not looked at. A request without a body counts as `{}`. */
  body?: z.ZodType<Body>;
  handle(request: HttpRequest<Params, Query, Body>): Promise<HttpResponse>;
}

/** What the contract is made of (resources/api-docs): all of a route but what it does. */
export type HttpRouteInput = Omit<HttpRoute<unknown, unknown, unknown>, 'handle'>;

/** A Lambda handler of an HTTP API (payload format 2.0). */
export interface HttpLambda {
  (event: HttpEvent, context?: Partial<Context>): Promise<HttpResult>;
  readonly route: HttpRouteInput;
}

/**
 * Makes a route's Lambda handler: identity, scope, size, JSON and fields are checked in this order (401, 403,
 * 413, 415, 400, 404, 422 with all errors at once); what `handle` throws becomes a problem (see `problemOf`).
 * Never rejects. Every answer carries `x-correlation-id`; a request is one line in the log, without
 * anything of a person, unless the access log of the stage has it already.
 */
export function httpHandler<Params = unknown, Query = unknown, Body = unknown>(
  runtime: BaseRuntime,
  route: HttpRoute<Params, Query, Body>,
): HttpLambda {
  const { resourceServer } = runtime.application;
  const pipeline = middy<HttpEvent, HttpResult>()
    .use(securityHeaders(securityOptions(route.pagePolicy)))
    .use(headerNormalizer())
    .before(({ event }) => authorize(route, event, resourceServer));
  if (route.body) pipeline.use(jsonText()).use(jsonBodyParser());
  pipeline
    .onError((request) => {
      request.response = failed(runtime, request.event, request.error);
    })
    .handler(async (event: HttpEvent) => {
      const request = checked(route, event, resourceServer);
      return responseResult(await route.handle(request), request.correlationId);
    });

  const lambda = async (event: HttpEvent, context: Partial<Context> = {}) => {
    const started = runtime.now();
    const result = await pipeline({ ...event }, context as Context);
    if (!isInAccessLog(runtime, event, result)) {
      runtime.logger.info('request', {
        hop: 'http',
        route: event.routeKey,
        status: result.statusCode,
        ms: runtime.now() - started,
        correlationId: correlationIdOf(event),
      });
    }
    runtime.metrics.flush();
    return result;
  };
  return Object.assign(lambda, { route });
}

/** The gateway's access log has the same line under the same id; of a failure, and under an id of the caller's, the function tells too. */
const isInAccessLog = (
  { hopLog }: BaseRuntime,
  event: HttpEvent,
  { statusCode = 200 }: HttpResult,
): boolean =>
  hopLog === 'batch' && statusCode < 400 && correlationIdOf(event) === event.requestContext?.requestId;

// What only browsers' documents need is left out.
const securityOptions = (pagePolicy: HttpRouteInput['pagePolicy']) =>
  ({
    contentSecurityPolicy: {
      'default-src': "'none'",
      'report-to': '',
      'require-trusted-types-for': '',
      ...pagePolicy,
    },
    crossOriginEmbedderPolicy: false,
    crossOriginOpenerPolicy: false,
    dnsPrefetchControl: false,
    downloadOptions: false,
    originAgentCluster: false,
    permissionsPolicy: false,
    permittedCrossDomainPolicies: false,
    reportingEndpoints: false,
    reportTo: false,
  }) as const;

function authorize(
  route: { scope?: string; anonymous?: true },
  event: HttpEvent,
  resourceServer: string,
): void {
  if (route.anonymous) return;
  const caller = callerOf(event, resourceServer);
  if (route.scope && !caller.can(route.scope)) throw scopeMissing(route.scope);
}

function checked<Params, Query, Body>(
  route: HttpRoute<Params, Query, Body>,
  event: HttpEvent,
  resourceServer: string,
): HttpRequest<Params, Query, Body> {
  const problems: Problem[] = [];
  const params = route.params && parsePart(route.params, pathParametersOf(event), problems);
  if (problems.length > 0 && route.malformedParams !== 422) throw notFound();
  const given = event.queryStringParameters ?? {};
  const query = route.query ? parsePart(route.query, given, problems) : noFields(given, problems);
  const body = route.body && parsePart(route.body, event.body, problems);
  const ifMatch = ifMatchOf(event, problems);
  if (route.body) refuseIfNoneMatch(event, problems);
  const idempotencyKey = idempotencyKeyOf(event, problems);
  if (problems.length > 0) throw invalidInput(problems);
  return {
    params: params as Params,
    query: query as Query,
    body: body as Body,
    caller: route.anonymous ? anonymous() : callerOf(event, resourceServer),
    correlationId: correlationIdOf(event),
    requestId: event.requestContext.requestId,
    header: (name) => headerOf(event, name),
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
}

/** As a schema without a field would: this way a route without input does not load the library of schemas. */
function noFields(given: object, problems: Problem[]): object {
  problems.push(...Object.keys(given).map((path) => ({ path, message: 'is not a known field' })));
  return {};
}

function failed(runtime: BaseRuntime, event: HttpEvent, error: unknown): HttpResult {
  const problem = problemOf(error);
  const correlationId = correlationIdOf(event);
  if (problem.status >= 500) {
    runtime.logger.error('request failed', { route: event.routeKey, correlationId, error: error as Error });
  }
  return problemResult(runtime.application.name, problem, correlationId, event.rawPath);
}
