import { application } from '#application';
import type { Answer, Emulator } from './emulator.ts';
import { type Person, signIn } from './people.ts';
import { copyService, type Service, STAGE } from './service.ts';

/** The deployed stack, seen from outside. */
export interface Stack {
  name: string;
  emulator: Emulator;
  service: Service;
  outputs: Record<string, string>;
  /** A customer without rights of any other kind. */
  ada: Person;
  /** Has every right. */
  staff: Person;
  /** Its resources as CloudFormation knows them. */
  resources(): Promise<Answer[]>;
  /** Through its API's endpoint. */
  request(method: string, path: string, options?: RequestOptions): Promise<Response>;
}

export interface RequestOptions {
  body?: unknown;
  /** Who asks; ada unless said, null = without a token. */
  as?: { token: string } | null;
  headers?: Record<string, string>;
}

export interface Response {
  status: number;
  body: Answer;
  headers: Headers;
}

/** Runs the real `sls deploy`, and signs two people in. */
export async function deployStack(emulator: Emulator): Promise<Stack> {
  const service = await copyService(emulator);
  await service.deploy();
  const name = `orderstream-${STAGE}`;
  const { Stacks } = await emulator.call('cloudformation', 'describe_stacks', { StackName: name });
  const outputs: Record<string, string> = Object.fromEntries(
    Stacks[0].Outputs.map((output: Answer) => [output.OutputKey, output.OutputValue]),
  );
  const ada = await signIn(emulator, outputs, { email: 'ada@example.com' });
  const staff = await signIn(emulator, outputs, { email: 'staff@example.com', groups: application.scopes });
  // https://<id>.execute-api.<region>.amazonaws.com is to be found under a path of MiniStack's.
  const [id] = new URL(outputs.HttpApiUrl ?? '').hostname.split('.');
  const apiUrl = `${emulator.url}/_aws/execute-api/${id}/$default`;
  return {
    name,
    emulator,
    service,
    outputs,
    ada,
    staff,
    async resources() {
      const answer = await emulator.call('cloudformation', 'list_stack_resources', { StackName: name });
      return answer.StackResourceSummaries;
    },
    async request(method, path, { body, as = ada, headers } = {}) {
      const response = await fetch(`${apiUrl}${path}`, {
        method,
        headers: {
          ...(as && { authorization: `Bearer ${as.token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text && JSON.parse(text) };
    },
  };
}
