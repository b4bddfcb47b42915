/**
 * Loaded by each function's thread before serverless-offline's own code: gives the function the trace header of the invocation, as Lambda does.
 * serverless-offline passes nothing on but the client context, in which `invokeEndpoint` sends the header.
 */
import { parentPort } from 'node:worker_threads';

if (parentPort) {
  const on = parentPort.on.bind(parentPort);
  parentPort.on = (event, listener) =>
    on(event, (message) => {
      const { traceHeader } = message?.context?.clientContext?.custom ?? {};
      if (traceHeader) process.env._X_AMZN_TRACE_ID = traceHeader;
      else delete process.env._X_AMZN_TRACE_ID;
      return listener(message);
    });
}
