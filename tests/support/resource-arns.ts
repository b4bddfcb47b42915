import type { Resource, Template } from '#resources/local/stack/template.ts';
import type { Request } from './iam-simulator.ts';

/** Where and as what a template is deployed. */
export interface Deployment {
  service: string;
  stage: string;
}

export const ACCOUNT = '123456789012';
export const REGION = 'eu-west-1';

export const arn = (service: string, rest: string, region = REGION): string =>
  `arn:aws:${service}:${region}:${ACCOUNT}:${rest}`;

interface Subject {
  id: string;
  resource: Resource;
  template: Template;
  deployment: Deployment;
}

type Target = Omit<Request, 'action'>;

/** On what CloudFormation calls an action for a resource, and what IAM knows of the call. */
export function arnsOf(action: string, isCreation: boolean, subject: Subject): Target[] {
  const { service, stage } = subject.deployment;
  const name = `${service}-${stage}`;
  const of = (key: string) => ({ [`aws:${key}/service`]: service, [`aws:${key}/stage`]: stage });
  const via = { 'aws:CalledVia': ['cloudformation.amazonaws.com'] };
  const on = (resource: string, context: Target['context'] = {}): Target => ({
    resource,
    context: { ...via, ...context },
  });
  /** A resource whose id AWS chooses: it has its tags from when it is created on. */
  const tagged = (resource: string) => {
    const tags = /:TagResource$/.test(action);
    if (/:Create/.test(action) || (tags && isCreation)) return on(resource, of('RequestTag'));
    return on(resource, { ...of('ResourceTag'), ...(tags && of('RequestTag')) });
  };
  const isNew = (creates: string) => isCreation && action === creates;
  const [api] = action.split(':');

  // What belongs to another resource than the one that is made.
  if (action === 'iam:PassRole') {
    const passedTo = subject.resource.Type.startsWith('AWS::Backup::') ? 'backup' : 'lambda';
    return [
      on(arn('iam', `role/${name}-${subject.id}-1A2B3C`, ''), {
        'iam:PassedToService': `${passedTo}.amazonaws.com`,
      }),
    ];
  }
  if (action === 'iam:CreateServiceLinkedRole') {
    const backup = 'backup.amazonaws.com';
    return [
      on(arn('iam', `role/aws-service-role/${backup}/AWSServiceRoleForBackup`, ''), {
        'iam:AWSServiceName': backup,
      }),
    ];
  }
  if (api === 'iam') {
    const boundary = arn('iam', `policy/${name}-boundary`, '');
    return [on(arn('iam', `role/${name}-${subject.id}-1A2B3C`, ''), { 'iam:PermissionsBoundary': boundary })];
  }
  if (api === 'kms') {
    const key = arn('kms', 'key/0a1b2c3d');
    if (action === 'kms:ListAliases') return [on('*')];
    if (isNew('kms:CreateKey') || action === 'kms:CreateKey') return [on('*', of('RequestTag'))];
    if (action === 'kms:TagResource' && isCreation) return [on(key, of('RequestTag'))];
    if (subject.resource.Type === 'AWS::KMS::Alias') {
      return [on(arn('kms', `alias/${name}`)), on(key, of('ResourceTag'))];
    }
    const service = subject.resource.Type.split('::')[1]?.toLowerCase();
    return [
      on(key, {
        ...of('ResourceTag'),
        ...of('RequestTag'),
        'kms:ViaService': `${service}.${REGION}.amazonaws.com`,
      }),
    ];
  }
  if (NO_RESOURCE_LEVEL.test(action)) return [on('*')];
  if (api === 's3')
    return [
      on(`arn:aws:s3:::${name}-serverlessdeploymentbucket-1a2b3c`),
      on(`arn:aws:s3:::${name}-serverlessdeploymentbucket-1a2b3c/code.zip`),
    ];

  switch (subject.resource.Type) {
    case 'AWS::Lambda::Function':
    case 'AWS::Lambda::Permission':
      return [on(arn('lambda', `function:${functionName(subject)}`))];
    case 'AWS::Lambda::EventSourceMapping': {
      if (/tag/i.test(action)) return [tagged(arn('lambda', 'event-source-mapping:0a1b'))];
      const FunctionArn = arn('lambda', `function:${functionName(subject)}`);
      return [
        on(isNew('lambda:CreateEventSourceMapping') ? '*' : arn('lambda', 'event-source-mapping:0a1b'), {
          'lambda:FunctionArn': FunctionArn,
        }),
      ];
    }
    case 'AWS::DynamoDB::Table':
      return [on(arn('dynamodb', `table/${nameOf(subject, 'TableName')}`))];
    case 'AWS::SQS::Queue':
      return [on(arn('sqs', nameOf(subject, 'QueueName')))];
    case 'AWS::SQS::QueuePolicy':
      return [on(arn('sqs', `${name}-sales`))];
    case 'AWS::SNS::Topic':
    case 'AWS::SNS::TopicPolicy':
    case 'AWS::SNS::Subscription':
      return [on(arn('sns', `${name}-events`))];
    case 'AWS::CloudWatch::Alarm':
      return [on(arn('cloudwatch', `alarm:${nameOf(subject, 'AlarmName')}`))];
    case 'AWS::CloudWatch::Dashboard':
      return [on(arn('cloudwatch', `dashboard/${name}-${REGION}`, ''))];
    case 'AWS::Events::Rule':
      return [on(arn('events', `rule/${name}-${subject.id}-1A2B3C`))];
    case 'AWS::Logs::LogGroup': {
      const group = arn('logs', `log-group:${nameOf(subject, 'LogGroupName')}`);
      return [on(group), on(`${group}:*`)];
    }
    case 'AWS::Backup::BackupVault':
      return [on(arn('backup', `backup-vault:${name}`))];
    case 'AWS::Backup::BackupPlan':
    case 'AWS::Backup::BackupSelection':
      return [tagged(arn('backup', 'backup-plan:0a1b'))].map((target) =>
        subject.resource.Type === 'AWS::Backup::BackupSelection'
          ? on(target.resource, of('ResourceTag'))
          : target,
      );
    case 'AWS::Cognito::UserPool':
      if (isNew('cognito-idp:CreateUserPool') || action === 'cognito-idp:CreateUserPool') {
        return [on('*', of('RequestTag'))];
      }
      return [on(arn('cognito-idp', 'userpool/eu-west-1_a1'), { ...of('ResourceTag'), ...of('RequestTag') })];
    case 'AWS::Cognito::UserPoolClient':
    case 'AWS::Cognito::UserPoolDomain':
    case 'AWS::Cognito::UserPoolGroup':
    case 'AWS::Cognito::UserPoolResourceServer':
      return [on(arn('cognito-idp', 'userpool/eu-west-1_a1'), of('ResourceTag'))];
    case 'AWS::ApiGatewayV2::Api':
    case 'AWS::ApiGatewayV2::Authorizer':
    case 'AWS::ApiGatewayV2::Integration':
    case 'AWS::ApiGatewayV2::Route':
    case 'AWS::ApiGatewayV2::Stage':
      return ['apis', 'apis/a1', 'apis/a1/routes/r1', 'tags/arn%3Aaws%3Aapigateway'].map((path) =>
        on(`arn:aws:apigateway:${REGION}::/${path}`),
      );
    default:
      throw new Error(`On what is ${action} called for a ${subject.resource.Type}?`);
  }
}

/** Actions for which the Service Authorization Reference (read in November 2026) has no resource. */
const NO_RESOURCE_LEVEL =
  /^(backup-storage|xray):|^logs:(Describe|.*(LogDeliver|QueryDefinition|ResourcePolic))|^sns:(Get|Set)SubscriptionAttributes$|^sns:Unsubscribe$|^cognito-idp:DescribeUserPoolDomain$/;

const nameOf = ({ resource }: Subject, property: string): string => String(resource.Properties?.[property]);

function functionName({ resource, template }: Subject): string {
  const { FunctionName } = resource.Properties ?? {};
  const { 'Fn::GetAtt': [function_ = ''] = [] } = (FunctionName ?? {}) as { 'Fn::GetAtt'?: string[] };
  return String(template.Resources[function_]?.Properties?.FunctionName ?? FunctionName);
}
