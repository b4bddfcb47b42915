import type { HttpEvent } from '../../shared/http/request.ts';
import type { HttpResult } from '../../shared/http/result.ts';

interface GetRequest {
  params?: Record<string, string>;
  query?: Record<string, string>;
  sub?: string;
  scope?: string;
}

/** Calls a query's Lambda handler as API Gateway does, for an authenticated caller; answers with the body parsed. */
export async function httpGet(
  handler: (event: HttpEvent) => Promise<HttpResult>,
  { params, query, sub = 'ada', scope = '' }: GetRequest = {},
) {
  const event = {
    version: '2.0',
    routeKey: 'GET /test',
    rawPath: '/test',
    rawQueryString: new URLSearchParams(query).toString(),
    headers: {},
    ...(params && { pathParameters: params }),
    ...(query && { queryStringParameters: query }),
    requestContext: {
      requestId: 'request-1',
      authorizer: { jwt: { claims: { sub, scope }, scopes: [] } },
    },
    isBase64Encoded: false,
  } as unknown as HttpEvent;
  const { statusCode, headers, body } = await handler(event);
  return { status: statusCode, headers, body: JSON.parse(body) };
}
