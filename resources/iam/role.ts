import type { Resource } from '#resources/local/stack/template.ts';
import { InvalidConfiguration } from '#resources/variables.ts';

/**
 * What a function may call, as its YAML declares it under `permissions`: resource → API actions. A resource is named by its
 * logical id (`EventsTable`). `EventsTable/by-type` is an index of a table, `*DeadLetters` every resource whose id ends so,
 * `SubscribedQueues` the queues that have a subscription, and `EmailIdentity` the sender of emails. The AWS service follows from
 * the resource.
 */
export type Permissions = Readonly<Record<string, readonly string[]>>;

export interface RoleRequest {
  permissions: Permissions;
  /** The events of the function, as in serverless.yml. */
  events: readonly FunctionEvent[];
  /** Logical id of the function's log group. */
  logGroup: string;
  /** Lambda sends segments to X-Ray. */
  traced: boolean;
  /** The resources of the stack, by logical id. */
  resources: Readonly<Record<string, Resource>>;
  /** The address that mail is sent from. */
  emailFrom: string;
}

export interface FunctionEvent {
  sqs?: { arn: unknown };
  stream?: { arn: unknown; destinations?: { onFailure?: { arn: unknown } } };
}

export interface Statement {
  Effect: 'Allow';
  Action: string[];
  Resource: unknown[];
}

/**
 * The role of one function: the permissions of its code, and of what Lambda does in its name (logs, traces, its event
 * sources and where these report failures), on these resources only. Throws InvalidConfiguration.
 */
export function roleOf(request: RoleRequest): Resource {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      },
      Policies: [
        {
          PolicyName: 'calls',
          PolicyDocument: { Version: '2012-10-17', Statement: statementsOf(request) },
        },
      ],
    },
  };
}

function statementsOf(request: RoleRequest): Statement[] {
  const { permissions, events, logGroup, traced } = request;
  const granted = new Map<string, Set<string>>();
  const allow = (actions: readonly string[], resource: unknown) => {
    const key = JSON.stringify(resource);
    granted.set(key, new Set([...(granted.get(key) ?? []), ...actions]));
  };
  for (const [target, actions] of Object.entries(permissions)) {
    for (const { service, arn } of targetsOf(target, request)) {
      allow(
        actions.map((action) => `${service}:${action}`),
        arn,
      );
    }
  }
  for (const { sqs, stream } of events) {
    if (sqs) allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], sqs.arn);
    if (stream) allow(STREAM_READS, stream.arn);
    const failures = stream?.destinations?.onFailure;
    if (failures) allow(['sqs:SendMessage'], failures.arn);
  }
  // A log group's Arn ends in `:*`: its streams, which Lambda names.
  allow(['logs:CreateLogStream', 'logs:PutLogEvents'], { 'Fn::GetAtt': [logGroup, 'Arn'] });
  // X-Ray has no resources to name (Service Authorization Reference).
  if (traced) allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*');
  return groupByActions(granted);
}

/** Resources with the same actions share a statement: the policies of a role take 10,240 characters. */
function groupByActions(granted: ReadonlyMap<string, ReadonlySet<string>>): Statement[] {
  const statements = new Map<string, Statement>();
  for (const [resource, actions] of granted) {
    const Action = [...actions].sort();
    const key = Action.join();
    const { Resource = [] } = statements.get(key) ?? {};
    statements.set(key, { Effect: 'Allow', Action, Resource: [...Resource, JSON.parse(resource)] });
  }
  return [...statements.values()];
}

// ListStreams has no resource of its own (Service Authorization Reference); AWS's example of this very role ("IAM policy to
// allow an AWS Lambda function to access DynamoDB stream records") has it on the stream, which is less than `*`.
const STREAM_READS = [
  'dynamodb:DescribeStream',
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
];

interface Target {
  service: string;
  arn: unknown;
}

function targetsOf(target: string, { resources, emailFrom }: RoleRequest): Target[] {
  if (target === 'EmailIdentity') return emailIdentities(emailFrom).map((arn) => ({ service: 'ses', arn }));
  if (target === 'SubscribedQueues') return subscribedQueues(resources);
  const [pattern = '', index] = target.split('/');
  const ids = pattern.startsWith('*')
    ? Object.keys(resources).filter((id) => targetOf(id, resources[id]) && id.endsWith(pattern.slice(1)))
    : [pattern];
  const targets = ids.map((id) => targetOf(id, resources[id], index));
  if (targets.length === 0 || targets.includes(undefined)) {
    throw new InvalidConfiguration(`permissions: the stack has no ${target} that a function could call`);
  }
  return targets as Target[];
}

const subscribedQueues = (resources: RoleRequest['resources']): Target[] =>
  Object.values(resources)
    .filter(({ Type, Properties }) => Type === 'AWS::SNS::Subscription' && Properties?.Protocol === 'sqs')
    .map(({ Properties }) => ({ service: 'sqs', arn: Properties?.Endpoint }));

function targetOf(id: string, resource: Resource | undefined, index?: string): Target | undefined {
  const arn = { 'Fn::GetAtt': [id, 'Arn'] };
  if (index !== undefined) {
    const { GlobalSecondaryIndexes = [] } = (resource?.Properties ?? {}) as {
      GlobalSecondaryIndexes?: { IndexName: string }[];
    };
    if (!GlobalSecondaryIndexes.some(({ IndexName }) => IndexName === index)) return undefined;
    return { service: 'dynamodb', arn: { 'Fn::Sub': `\${${id}.Arn}/index/${index}` } };
  }
  switch (resource?.Type) {
    case 'AWS::DynamoDB::Table':
      return { service: 'dynamodb', arn };
    case 'AWS::SQS::Queue':
      return { service: 'sqs', arn };
    case 'AWS::SNS::Topic':
      return { service: 'sns', arn: { Ref: id } };
    default:
      return undefined;
  }
}

/** SES takes the address itself where it is verified, else its domain. */
const emailIdentities = (address: string): unknown[] =>
  [address, address.slice(address.lastIndexOf('@') + 1)].map((identity) => ({
    'Fn::Sub': `arn:\${AWS::Partition}:ses:\${AWS::Region}:\${AWS::AccountId}:identity/${identity}`,
  }));
