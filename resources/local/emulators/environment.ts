import type { Endpoints } from './index.ts';

/**
 * The variables with which an AWS SDK talks to the emulators: endpoints per service, a region, and credentials
 * that are none (the emulators check no signature).
 */
export function awsEnvironment({ dynamodb, sns, sqs, region }: Endpoints): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    AWS_ENDPOINT_URL_SNS: sns,
    AWS_ENDPOINT_URL_SQS: sqs,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
}
