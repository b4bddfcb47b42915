import type { HttpEvent } from '#kit/http/request.ts';
import type { HttpResult } from '#kit/http/response.ts';
import { checkAnswer } from './openapi.ts';

export interface Sent {
  /** Which operation of the contract this is: its answer is held to it. */
  operation?: string;
  params?: Record<string, string>;
  query?: Record<string, string>;
  /** Sent as JSON; a string as it is. */
  body?: unknown;
  headers?: Record<string, string | undefined>;
  sub?: string;
  scope?: string;
  /** No token: the authorizer has put no claims there. */
  anonymous?: boolean;
  base64?: boolean;
}

/** Calls a Lambda handler as API Gateway does (payload format 2.0); answers with the body parsed. Throws for an answer outside the contract. */
export async function send(handler: (event: HttpEvent) => Promise<HttpResult>, sent: Sent = {}) {
  const result = await handler(httpEvent(sent));
  if (sent.operation) checkAnswer(sent.operation, result);
  const { statusCode, headers, body } = result;
  return {
    status: statusCode,
    headers,
    body: headers['content-type']?.includes('json') && body ? JSON.parse(body) : body,
  };
}

export function httpEvent({ body, headers, sub = 'ada', scope = '', ...rest }: Sent): HttpEvent {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const claims = { sub, scope };
  return {
    version: '2.0',
    routeKey: 'POST /test',
    rawPath: '/test',
    rawQueryString: '',
    headers: {
      ...(text !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(rest.params && { pathParameters: rest.params }),
    ...(rest.query && { queryStringParameters: rest.query }),
    ...(text !== undefined && { body: rest.base64 ? Buffer.from(text).toString('base64') : text }),
    requestContext: { requestId: 'request-1', ...(!rest.anonymous && { authorizer: { jwt: { claims } } }) },
    isBase64Encoded: rest.base64 ?? false,
  } as unknown as HttpEvent;
}
