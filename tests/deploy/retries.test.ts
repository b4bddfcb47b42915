import { expect, test } from '@jest/globals';
import { backoffSeconds } from '#kit/messaging/backoff.ts';
import { compiledTemplate } from '#tests/support/compiled-template.ts';

interface FunctionProperties {
  Timeout: number;
  Environment: { Variables: Record<string, unknown> };
}

test('the tries of a notification outlast the lock that a broken-off one leaves behind', async () => {
  const { Resources } = await compiledTemplate();
  const properties: unknown = Resources.NotificationsLambdaFunction?.Properties;
  const { Timeout, Environment } = properties as FunctionProperties;
  const { RETRY_BASE_SECONDS, MAX_RECEIVE_COUNT } = Environment.Variables;
  let shortest = 0;
  for (let receive = 1; receive < Number(MAX_RECEIVE_COUNT); receive++) {
    shortest += backoffSeconds(receive, Number(RETRY_BASE_SECONDS), () => 0);
  }
  expect(shortest).toBeGreaterThan(Timeout);
});
