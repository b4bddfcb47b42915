import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { guardRequests } from './request-guard.ts';

export interface GuardedProxy {
  /** As `http://127.0.0.1:41235`. */
  endpoint: string;
  stop(): Promise<void>;
}

/**
 * A loopback server that passes requests on to `target` and refuses those of web pages: for an emulator that cannot
 * refuse them itself. It is what people and other programs are told; the functions use the emulator as it is, whose own
 * port nobody else is told. Responses name no origin that may read them.
 */
export async function startGuardedProxy(target: string): Promise<GuardedProxy> {
  const { host } = new URL(target);
  const agent = new Agent({ keepAlive: true });
  const server = createServer((given, response) => {
    const { method, url = '/', headers } = given;
    const passed = request(
      new URL(url, target),
      { method, headers: { ...headers, host }, agent },
      (answer) => {
        const { 'access-control-allow-origin': _, ...rest } = answer.headers;
        response.writeHead(answer.statusCode ?? 502, rest);
        answer.pipe(response);
      },
    );
    passed.on('error', () => response.destroy());
    given.pipe(passed);
  });
  guardRequests(server, {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // It ends with the process, and keeps nothing running.
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
