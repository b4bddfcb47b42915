import type { TraceHeader } from './event-source-mapping/lineage.ts';

/**
 * Invokes a function through serverless-offline's Lambda endpoint. The function has the trace header as `_X_AMZN_TRACE_ID`.
 * @param timeoutSeconds the function's own; serverless-offline leaves an invocation hanging whose thread has ended
 * @throws Error for a function error, a timeout, an answer that is no JSON, or when nothing answers
 */
export function invokeEndpoint(lambdaUrl: string, functionName: string, timeoutSeconds: number) {
  const url = `${lambdaUrl}/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`;
  return async (event: unknown, traceHeader?: TraceHeader): Promise<unknown> => {
    const response = await fetch(url, {
      method: 'POST',
      body: JSON.stringify(event),
      headers: traceHeader ? { 'x-amz-client-context': clientContext(traceHeader) } : {},
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    });
    const text = await response.text();
    const failed =
      !response.ok ||
      response.headers.has('x-amz-function-error') ||
      response.headers.has('x-amzn-errortype');
    if (failed) throw new Error(`${functionName}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
}

/** See serverless-offline/trace-header.mjs. */
const clientContext = (traceHeader: TraceHeader): string =>
  Buffer.from(JSON.stringify({ custom: { traceHeader } })).toString('base64');
