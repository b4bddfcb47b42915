import type { Invoke } from './event-source-mapping/index.ts';

/**
 * Invokes a function through serverless-offline's Lambda endpoint.
 * @throws Error for a function error, an answer that is no JSON, or when nothing answers
 */
export function invokeEndpoint(lambdaUrl: string, functionName: string): Invoke {
  const url = `${lambdaUrl}/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`;
  return async (event) => {
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(event) });
    const text = await response.text();
    const failed =
      !response.ok ||
      response.headers.has('x-amz-function-error') ||
      response.headers.has('x-amzn-errortype');
    if (failed) throw new Error(`${functionName}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
}
