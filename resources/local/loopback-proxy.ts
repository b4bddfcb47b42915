import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LoopbackProxy {
  /** As `http://127.0.0.1:41235`. */
  endpoint: string;
  stop(): Promise<void>;
}

/** Sends a request on and its answer back. @param body where the request's has been read already */
type Pass = (given: IncomingMessage, response: ServerResponse, body?: Buffer) => void;

interface ProxyOptions {
  /** Sees each request; the default passes it on as it is. */
  handle?: (given: IncomingMessage, response: ServerResponse, pass: Pass) => void;
  /** The headers of an answer that go back; the default is all. */
  headersOf?: (answer: IncomingHttpHeaders) => IncomingHttpHeaders;
  /** Called before the server listens. */
  prepare?: (server: Server) => void;
}

/** A loopback server that passes requests on to `target`. It ends with the process, and keeps nothing running. */
export async function startLoopbackProxy(
  target: string,
  {
    handle = (given, response, pass) => pass(given, response),
    headersOf = (headers) => headers,
    prepare,
  }: ProxyOptions,
): Promise<LoopbackProxy> {
  const { host } = new URL(target);
  const agent = new Agent({ keepAlive: true });
  const pass: Pass = (given, response, body) => {
    const { method, url = '/', headers } = given;
    const passed = request(
      new URL(url, target),
      { method, headers: { ...headers, host }, agent },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, headersOf(answer.headers));
        answer.pipe(response);
      },
    );
    passed.on('error', () => response.destroy());
    if (body) passed.end(body);
    else given.pipe(passed);
  };
  const server = createServer((given, response) => handle(given, response, pass));
  prepare?.(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      agent.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}
