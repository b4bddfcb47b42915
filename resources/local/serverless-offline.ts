/**
 * What serverless-offline 14.8 does otherwise than we need, changed at its own modules (they are not exported,
 * hence the paths).
 */
import { randomUUID } from 'node:crypto';
import type { PluginUtils } from './serverless.ts';

type Log = PluginUtils['log'];

const internal = (path: string): Promise<Record<string, unknown>> =>
  import(new URL(path, import.meta.resolve('serverless-offline')).href);

/**
 * It announces every route, authorizer and invocation. Of what it says, only warnings and errors of functions are
 * kept; a caller's bad token is no error of ours.
 */
export async function quietServerlessOffline(log: Log): Promise<void> {
  const { setLogUtils } = await internal('./utils/log.js');
  const silent = () => {};
  const quiet: Log = {
    debug: silent,
    info: silent,
    verbose: silent,
    notice: silent,
    warning: (...args) => log.warning(...args),
    error(...args) {
      const [first] = args;
      if (first instanceof Error && (first as { code?: string }).code?.startsWith('ERR_J')) return;
      if (typeof first === 'string' && /^Unhandled (exception in handler|Lambda Error)/.test(first)) return;
      log.error(...args);
    },
  };
  (setLogUtils as (utils: { log: Log }) => void)({ log: quiet });
}

/** Every request of an HTTP API has the same `requestContext.requestId` there; on AWS each has its own. */
export async function giveRequestsIds(): Promise<void> {
  const { default: Event } = await internal('./events/http/lambda-events/LambdaProxyIntegrationEventV2.js');
  const { prototype } = Event as { prototype: { create(): { requestContext: { requestId: string } } } };
  const { create } = prototype;
  prototype.create = function () {
    const event = create.call(this);
    event.requestContext.requestId = randomUUID();
    return event;
  };
}
