import type { Endpoints } from './index.ts';

/**
 * The three services' own wire protocols, without an SDK: the stream records and messages arrive exactly as
 * Lambda hands them to a function (marshalled, base64, epoch seconds), and `sls offline` starts sooner.
 */
export interface AwsApi {
  dynamodb<T = unknown>(operation: string, input: object): Promise<T>;
  streams<T = unknown>(operation: string, input: object): Promise<T>;
  sqs<T = unknown>(operation: string, input: object): Promise<T>;
  /** SNS speaks the query protocol; `input` is flat (`Attributes.entry.1.key`), the answer is XML. */
  sns(action: string, input: Record<string, string>): Promise<string>;
}

/** An answer that is an error. `code` is AWS's name for it, such as ResourceInUseException. */
export class AwsApiError extends Error {
  readonly code: string;

  constructor(operation: string, code: string, message: string) {
    super(`${operation}: ${code}: ${message}`);
    this.name = 'AwsApiError';
    this.code = code;
  }
}

export function awsApi({ dynamodb, sns, sqs, region }: Endpoints): AwsApi {
  const json = (endpoint: string, service: string, target: string) =>
    async function call<T>(operation: string, input: object): Promise<T> {
      const answer = await post(endpoint, `${target}.${operation}`, JSON.stringify(input), {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `${target}.${operation}`,
        ...credentials(service, region),
      });
      const body = answer.text === '' ? {} : JSON.parse(answer.text);
      if (answer.ok) return body as T;
      const code = String(body.__type ?? 'UnknownError').replace(/^.*#/, '');
      throw new AwsApiError(operation, code, body.message ?? body.Message ?? answer.text);
    };
  return {
    dynamodb: json(dynamodb, 'dynamodb', 'DynamoDB_20120810'),
    streams: json(dynamodb, 'dynamodb', 'DynamoDBStreams_20120810'),
    sqs: json(sqs, 'sqs', 'AmazonSQS'),
    async sns(action, input) {
      const body = new URLSearchParams({ Action: action, Version: '2010-03-31', ...input }).toString();
      const answer = await post(sns, action, body, {
        'content-type': 'application/x-www-form-urlencoded',
        ...credentials('sns', region),
      });
      if (answer.ok) return answer.text;
      throw new AwsApiError(action, xmlValue(answer.text, 'Code'), xmlValue(answer.text, 'Message'));
    },
  };
}

/** The first `<name>` element's text. */
export function xmlValue(xml: string, name: string): string {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

async function post(endpoint: string, operation: string, body: string, headers: Record<string, string>) {
  try {
    const response = await fetch(endpoint, { method: 'POST', body, headers });
    return { ok: response.ok, text: await response.text() };
  } catch (error) {
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new AwsApiError(operation, 'NoConnection', `${endpoint} did not answer (${cause})`);
  }
}

/** Emulators read the region from the credential scope and check nothing else. */
function credentials(service: string, region: string): Record<string, string> {
  const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = `local/${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  return {
    'x-amz-date': date,
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
  };
}
