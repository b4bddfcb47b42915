import type { Deployment } from '#tests/properties/simulator/deployment.ts';

interface Stage {
  AccessLogSettings?: { Format?: string };
}

/** What a request that went well leaves of the variables that are not its own, in the usual length; `-` is no value. */
const USUAL: Readonly<Record<string, string>> = {
  responseLatency: '38',
  integrationLatency: '36',
  'error.responseType': '-',
  'authorizer.error': '-',
  integrationErrorMessage: '-',
};

export type AccessLog = (request: { requestId: string; routeKey: string; status: number }) => string;

/** What writes the line of a request as the stage's format has it. Throws where that asks for a value that nobody knows here. */
export function accessLogOf(deployment: Deployment): AccessLog {
  const [stage] = deployment.ofType<Stage>('AWS::ApiGatewayV2::Stage');
  const format = stage?.[1].AccessLogSettings?.Format;
  if (format === undefined) throw new Error('the API has no access log');
  return (request) => {
    const values: Readonly<Record<string, string>> = { ...USUAL, ...request, status: String(request.status) };
    return format.replace(/\$context\.([\w.]+)/g, (variable, name: string) => {
      const value = values[name];
      if (value === undefined) throw new Error(`nobody knows how long ${variable} is in the access log`);
      return value;
    });
  };
}
