import type { PluginUtils } from '#resources/local/serverless.ts';
import { internal } from './modules.ts';

type Log = PluginUtils['log'];

/**
 * It announces every route, authorizer and invocation. Of what it says, only warnings and errors of functions are
 * kept; a caller's bad token is no error of ours.
 */
export async function quiet(log: Log): Promise<void> {
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
