import { type LoopbackProxy, startLoopbackProxy } from './loopback-proxy.ts';
import { guardRequests } from './request-guard.ts';

/**
 * A loopback server that passes requests on to `target` and refuses those of web pages: for an emulator that cannot
 * refuse them itself. It is what people and other programs are told; the functions use the emulator as it is, whose own
 * port nobody else is told. Responses name no origin that may read them.
 */
export const startGuardedProxy = (target: string): Promise<LoopbackProxy> =>
  startLoopbackProxy(target, {
    headersOf: ({ 'access-control-allow-origin': _, ...rest }) => rest,
    prepare: (server) => guardRequests(server, {}),
  });
