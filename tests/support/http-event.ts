import type { HttpEvent } from '#kit/http/request.ts';
import type { HttpResult } from '#kit/http/response.ts';

export interface Sent {
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

/** A request as API Gateway hands it over (payload format 2.0). */
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

/** Calls a Lambda handler as API Gateway does; answers with the body parsed. */
export const request = async (handler: (event: HttpEvent) => Promise<HttpResult>, sent: Sent = {}) =>
  parsed(await handler(httpEvent(sent)));

export const parsed = ({ statusCode, headers, body }: HttpResult) => ({
  status: statusCode,
  headers,
  body: headers['content-type']?.includes('json') && body ? JSON.parse(body) : body,
});
