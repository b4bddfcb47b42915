import type { ApiAnswer, ApiCall } from '../protocol.ts';

/** Sends a request to the API as any client does. A server that does not answer is an Error. */
export async function askApi(url: string, token: string, call: ApiCall): Promise<ApiAnswer> {
  const query = new URLSearchParams(call.query).toString();
  const started = performance.now();
  const response = await fetch(`${url}${call.path}${query && `?${query}`}`, {
    method: call.method,
    headers: {
      ...call.headers,
      authorization: `Bearer ${token}`,
      ...(call.body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
  });
  const text = await response.text();
  const headers = Object.fromEntries(response.headers);
  return {
    status: response.status,
    ms: Math.round(performance.now() - started),
    headers,
    body: parsed(text),
    correlationId: headers['x-correlation-id'] ?? call.headers['x-correlation-id'] ?? '',
  };
}

export function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
