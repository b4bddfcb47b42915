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

test('the publisher retries for nearly all of the time for which the stream keeps a record', async () => {
  const mappings = Object.values((await compiledTemplate()).Resources).filter(
    ({ Type, Properties }) =>
      Type === 'AWS::Lambda::EventSourceMapping' && JSON.stringify(Properties).includes('StreamArn'),
  );
  expect(mappings.length).toBeGreaterThan(0);
  for (const { Properties } of mappings) {
    const { MaximumRetryAttempts, MaximumRecordAgeInSeconds } = Properties as Record<string, number>;
    expect(MaximumRecordAgeInSeconds).toBeGreaterThanOrEqual(22 * 3_600);
    expect(MaximumRecordAgeInSeconds).toBeLessThan(24 * 3_600);
    // -1 is without end. Lambda waits for a second and more between two retries: 10,000 outlast the record.
    const isEndless = MaximumRetryAttempts === -1 || Number(MaximumRetryAttempts) >= 10_000;
    expect(isEndless).toBe(true);
  }
});
