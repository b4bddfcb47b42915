import type { Stack } from '#resources/local/stack/stack.ts';
import type { Resource, Template } from '#resources/local/stack/template.ts';
import type { CallRecord, Right } from './aws-calls.ts';

/**
 * Where the roles of a template and what its functions called differ, as sentences: rights that are missing and
 * rights that nothing used. What Lambda does in a function's name follows from the template: logs, traces, event sources.
 */
export function roleFindings(template: Template, stack: Stack, called: CallRecord): string[] {
  return functionsOf(template).flatMap(({ id, name, resource }) => {
    const granted = new Set(grantedTo(template, stack, resource).map(written));
    const needed = new Set(
      [...called.of(name), ...neededByLambda(template, stack, id, resource)].map(written),
    );
    return [
      ...[...needed].filter((right) => !granted.has(right)).map((right) => `${name} may not ${right}`),
      ...[...granted].filter((right) => !needed.has(right)).map((right) => `${name} never does ${right}`),
    ];
  });
}

const written = ({ action, resource }: Right): string => `${action} on ${resource}`;

export interface FunctionResource {
  id: string;
  /** As serverless.yml has it. */
  name: string;
  resource: Resource;
}

export function functionsOf(template: Template): FunctionResource[] {
  return Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === 'AWS::Lambda::Function')
    .map(([id, resource]) => {
      const { FunctionName, Handler } = resource.Properties as { FunctionName: string; Handler: string };
      // orderstream-dev-place-order, functions/commands/place-order/handler.handler
      const folder = Handler.split('/').at(-2) ?? '';
      if (!FunctionName.endsWith(`-${folder}`)) throw new Error(`${FunctionName} is not named as its folder`);
      return { id, name: folder, resource };
    });
}

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
}

/** The role of a function, by its logical id. */
export function roleIdOf({ Properties }: Resource): string | undefined {
  const { 'Fn::GetAtt': role } = (Properties?.Role ?? {}) as { 'Fn::GetAtt'?: string[] };
  return role?.[0];
}

export function statementsOf(role: Resource | undefined): Statement[] {
  const { Policies = [] } = (role?.Properties ?? {}) as {
    Policies?: { PolicyDocument: { Statement: Statement[] } }[];
  };
  return Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

/** What the role of a function allows, on the resources of this stack. */
export function grantedTo(template: Template, stack: Stack, lambda: Resource): Right[] {
  const role = template.Resources[roleIdOf(lambda) ?? ''];
  return statementsOf(role).flatMap(({ Action, Resource }) => {
    const resources = [stack.resolve(Resource)].flat() as string[];
    return [Action].flat().flatMap((action) => resources.map((resource) => ({ action, resource })));
  });
}

interface Mapping {
  FunctionName: unknown;
  EventSourceArn: unknown;
  DestinationConfig?: { OnFailure?: { Destination: unknown } };
}

// AWSLambdaSQSQueueExecutionRole and AWSLambdaDynamoDBExecutionRole, AWS's own policies, name these actions.
const eventSourceActions = {
  sqs: ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'],
  dynamodb: ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'],
};

function neededByLambda(template: Template, stack: Stack, id: string, lambda: Resource): Right[] {
  const mappings = Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping')
    .map(({ Properties }) => Properties as unknown as Mapping)
    .filter(({ FunctionName }) => JSON.stringify(FunctionName).includes(`"${id}"`));
  const rights = mappings.flatMap(({ EventSourceArn, DestinationConfig }) => {
    const source = stack.resolve<string>(EventSourceArn);
    const service = source.split(':')[2] as keyof typeof eventSourceActions;
    const reads = eventSourceActions[service].map((action) => ({
      action: `${service}:${action}`,
      resource: source,
    }));
    const destination = DestinationConfig?.OnFailure?.Destination;
    return destination
      ? [...reads, { action: 'sqs:SendMessage', resource: stack.resolve<string>(destination) }]
      : reads;
  });
  const logGroup = id.replace(/LambdaFunction$/, 'LogGroup');
  const logs = stack.resolve<string>({ 'Fn::GetAtt': [logGroup, 'Arn'] });
  for (const action of ['CreateLogStream', 'PutLogEvents']) {
    rights.push({ action: `logs:${action}`, resource: logs });
  }
  const { TracingConfig } = (lambda.Properties ?? {}) as { TracingConfig?: { Mode: string } };
  if (TracingConfig?.Mode === 'Active') {
    for (const action of ['PutTraceSegments', 'PutTelemetryRecords']) {
      rights.push({ action: `xray:${action}`, resource: '*' });
    }
  }
  return rights;
}
