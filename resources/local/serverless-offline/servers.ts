import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { guardRequests } from '#resources/local/request-guard.ts';
import { packageOf } from './modules.ts';

export interface ServerOptions {
  httpPort: number;
  /** Of web pages that may read the API's responses. */
  origins: readonly string[];
  /** Where `/` leads. */
  homePage: string;
  /** Answers a request instead of the API; false where it is none of its. It guards itself. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** What is used of a hapi request, of its toolkit and of a hapi server. */
interface Request {
  mime: string | null;
}
interface Toolkit {
  continue: symbol;
  redirect(path: string): unknown;
}
type Handler = (request: Request, toolkit: Toolkit) => unknown;
interface Route {
  method: string;
  path: string;
  handler: Handler;
}
interface HapiServer {
  listener: Server;
  settings: { port: number };
  route(routes: Route | Route[]): void;
  table(): Pick<Route, 'method' | 'path'>[];
  ext(event: 'onPreHandler', handler: Handler): void;
  start(): Promise<void>;
}

/**
 * The servers of the API and of the Lambda endpoint, before they start: both refuse what a web page could send them.
 */
export function patchServers(options: ServerOptions): void {
  const { Server } = packageOf('@hapi/hapi') as { Server: (options?: object) => HapiServer };
  // Its class is not exported.
  const prototype = Object.getPrototypeOf(Server()) as HapiServer;
  const { start } = prototype;

  prototype.start = function (this: HapiServer) {
    const isApi = this.settings.port === options.httpPort;
    guardRequests(this.listener, isApi ? { origins: options.origins } : {});
    if (isApi) {
      passBodiesAsTheyCome(this);
      leadHome(this, options.homePage);
      interceptRequests(this.listener, options.intercept);
    }
    return start.call(this);
  };
}

function interceptRequests(server: Server, intercept: ServerOptions['intercept']): void {
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (intercept(request, response)) return;
    for (const listener of listeners) listener.call(server, request, response);
  });
}

/**
 * It parses JSON, and passes on what came out where that is a text, a number or a boolean; on AWS a body is passed on as
 * it came. What is not said to be JSON it does not parse. The function sees the headers as they were sent.
 */
function passBodiesAsTheyCome(server: HapiServer): void {
  server.ext('onPreHandler', (request, toolkit) => {
    request.mime = 'text/plain';
    return toolkit.continue;
  });
}

function leadHome(server: HapiServer, page: string): void {
  if (server.table().some(({ method, path }) => method === 'get' && path === '/')) return;
  server.route({ method: 'GET', path: '/', handler: (_, toolkit) => toolkit.redirect(page) });
}
