import type { Deployment } from '#tests/properties/simulator/deployment.ts';

interface Stage {
  AccessLogSettings?: { Format?: string };
}

/** What a request that went well leaves of the variables that are not its own, in the usual length; `-` is no value. */
const USUAL: Readonly<Record<string, string>> = {
  requestTime: '16/Nov/2026:08:00:00 +0000',
  responseLatency: '38',
  integrationLatency: '36',
  responseLength: '812',
  'error.responseType': '-',
  'authorizer.error': '-',
  integrationErrorMessage: '-',
};

/** The line of a request in the gateway's access log, as the stage's format has it. Throws where the format asks for what nobody knows here. */
export function accessLogLine(
  deployment: Deployment,
  request: { requestId: string; routeKey: string; status: number },
): string {
  const [[, { AccessLogSettings }] = ['', {} as Stage]] =
    deployment.ofType<Stage>('AWS::ApiGatewayV2::Stage');
  const values: Readonly<Record<string, string>> = { ...USUAL, ...request, status: String(request.status) };
  return (AccessLogSettings?.Format ?? '').replace(/\$context\.([\w.]+)/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined)
      throw new Error(`the access log has $context.${name}, of which no length is known`);
    return value;
  });
}
