import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/**
 * What a local server takes. A web page can send requests to this machine too: by the address, when they carry its
 * `Origin`; or by a name of its own that it has pointed here (DNS rebinding), when they carry that name as `Host`.
 */
export interface Guard {
  /**
   * Of web pages that may read responses: their `Origin` is passed on, any other is hidden, so that no response names
   * it. Undefined: a request with any `Origin` is refused.
   */
  origins?: readonly string[];
}

/** This machine, by the names that nobody else can give it. */
const localNames = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Puts the guard before what the server does with a request. What is refused is answered 403 and goes no further. */
export function guardRequests(server: Server, guard: Guard): void {
  for (const event of ['request', 'checkContinue']) {
    const listeners = server.listeners(event);
    if (listeners.length === 0) continue;
    server.removeAllListeners(event);
    server.on(event, (request: IncomingMessage, response: ServerResponse) => {
      const reason = reasonToRefuse(request, guard);
      if (reason !== undefined) return refuse(response, reason);
      for (const listener of listeners) listener.call(server, request, response);
    });
  }
}

/** Why the request is refused; undefined where it is not. Takes the `Origin` off that the response must not name. */
export function reasonToRefuse(
  request: Pick<IncomingMessage, 'headers'>,
  { origins }: Guard,
): string | undefined {
  const { host = '', origin } = request.headers;
  if (!localNames.has(host.replace(/:\d+$/, '').toLowerCase())) {
    return `The Host ${JSON.stringify(host)} is not this machine: use 127.0.0.1 or localhost.`;
  }
  if (origin === undefined || origins?.includes(origin)) return undefined;
  if (origins === undefined) return `Web pages (here ${JSON.stringify(origin)}) may not call this.`;
  delete request.headers.origin;
  return undefined;
}

function refuse(response: ServerResponse, message: string): void {
  const body = JSON.stringify({ message });
  // The rest of what was sent is not read.
  response.writeHead(403, { 'content-type': 'application/json', connection: 'close' }).end(body);
}
