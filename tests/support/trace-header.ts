import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';

/** Makes a client send the X-Ray header of the invocation, as the SDK does in Lambda, where each has a process of its own. */
export function sendTraceHeader(client: SNSClient | SQSClient, headerNow: () => string | undefined): void {
  const { middlewareStack } = client as SQSClient;
  middlewareStack.add(
    (next) => (args) => {
      const header = headerNow();
      const { headers } = args.request as { headers: Record<string, string> };
      if (header) headers['X-Amzn-Trace-Id'] = header;
      return next(args);
    },
    { step: 'build', name: 'sendTraceHeader' },
  );
}
