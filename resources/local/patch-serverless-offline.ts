/**
 * What serverless-offline 14.8 does otherwise than we need, changed at its own modules (they are not exported,
 * hence the paths).
 */
import { randomUUID } from 'node:crypto';
import type { PluginUtils } from './serverless.ts';

type Log = PluginUtils['log'];

const internal = (path: string): Promise<Record<string, unknown>> =>
  import(new URL(path, import.meta.resolve('serverless-offline')).href);

const longestWaitForInvocationsMs = 15_000;

/** All of the below; before serverless-offline starts. */
export async function patchServerlessOffline(log: Log): Promise<void> {
  await Promise.all([quiet(log), passRequestsAsAwsDoes(), letInvocationsEnd()]);
}

/**
 * It announces every route, authorizer and invocation. Of what it says, only warnings and errors of functions are
 * kept; a caller's bad token is no error of ours.
 */
async function quiet(log: Log): Promise<void> {
  const { setLogUtils } = await internal('./utils/log.js');
  const silent = () => {};
  const filtered: Log = {
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
  (setLogUtils as (utils: { log: Log }) => void)({ log: filtered });
}

interface HttpEvent {
  requestContext: { requestId: string };
  body: unknown;
}

/**
 * Every request of an HTTP API has the same `requestContext.requestId` there, where on AWS each has its own; and the
 * JSON `false` and `0` arrive parsed, where on AWS a body is a text.
 */
async function passRequestsAsAwsDoes(): Promise<void> {
  const { default: Event } = await internal('./events/http/lambda-events/LambdaProxyIntegrationEventV2.js');
  const { prototype } = Event as { prototype: { create(): HttpEvent } };
  const { create } = prototype;
  prototype.create = function () {
    const event = create.call(this);
    event.requestContext.requestId = randomUUID();
    if (typeof event.body === 'boolean' || typeof event.body === 'number') event.body = String(event.body);
    return event;
  };
}

interface Runner {
  run(event: unknown, context: unknown): Promise<unknown>;
  cleanup(): Promise<unknown>;
}

/**
 * When the code has changed it ends the functions' threads, and what these were doing is never answered. Here they
 * finish first; what takes too long is answered with an error.
 */
async function letInvocationsEnd(): Promise<void> {
  const { default: WorkerThreadRunner } = await internal(
    './lambda/handler-runner/worker-thread-runner/index.js',
  );
  const { prototype } = WorkerThreadRunner as { prototype: Runner };
  const { run, cleanup } = prototype;
  const running = new WeakMap<Runner, Map<Promise<unknown>, (error: Error) => void>>();

  prototype.run = function (this: Runner, event, context) {
    const own = running.get(this) ?? new Map();
    running.set(this, own);
    const { promise: abandoned, reject } = Promise.withResolvers<never>();
    const work = Promise.race([run.call(this, event, context), abandoned]);
    own.set(work, reject);
    work.catch(() => {}).finally(() => own.delete(work));
    return work;
  };

  prototype.cleanup = async function (this: Runner) {
    const own = running.get(this) ?? new Map<Promise<unknown>, (error: Error) => void>();
    const late = new Promise((resolve) => setTimeout(resolve, longestWaitForInvocationsMs).unref());
    Promise.race([Promise.allSettled(own.keys()), late]).then(() => {
      for (const reject of own.values()) reject(new Error('The function was ended before it had answered'));
      return cleanup.call(this);
    });
  };
}
