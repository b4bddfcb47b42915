import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Resource, Template } from '#resources/local/stack/template.ts';
import type { Request } from './iam-simulator.ts';
import { arnsOf, type Deployment } from './resource-arns.ts';
import { root } from './scripts.ts';

type Facts = Record<string, Partial<Record<'create' | 'read' | 'update' | 'delete' | 'tagging', string[]>>>;

/** What CloudFormation calls for each type of resource, with where that is known from. */
const { types: facts } = JSON.parse(
  readFileSync(join(root, 'tests/deploy/facts/cloudformation-handlers.json'), 'utf8'),
) as { types: Facts };

/**
 * The facts do not say which property an action is for. Those here are only for properties that no resource of ours has; where one
 * has, they count.
 */
const onlyFor: Record<string, readonly (readonly [property: string, actions: RegExp])[]> = {
  'AWS::ApiGatewayV2::Api': [['BodyS3Location', /^s3:/]],
  'AWS::ApiGatewayV2::Authorizer': [['AuthorizerCredentialsArn', /^iam:/]],
  'AWS::ApiGatewayV2::Integration': [['CredentialsArn', /^iam:/]],
  'AWS::Backup::BackupVault': [
    ['EncryptionKeyArn', /^kms:/],
    ['AccessPolicy', /:(Put|Delete)BackupVaultAccessPolicy$/],
    ['Notifications', /:(Put|Delete)BackupVaultNotifications$/],
  ],
  'AWS::Cognito::UserPool': [
    ['SmsConfiguration', /^iam:PassRole$/],
    ['EmailConfiguration', /^iam:CreateServiceLinkedRole$/],
    ['KeyConfiguration', /^kms:/],
    ['Schema', /:AddCustomAttributes$/],
  ],
  'AWS::Cognito::UserPoolClient': [['AnalyticsConfiguration', /^iam:/]],
  'AWS::Cognito::UserPoolDomain': [['CustomDomainConfig', /^(cloudfront|kms):/]],
  'AWS::Cognito::UserPoolGroup': [['RoleArn', /^iam:/]],
  'AWS::DynamoDB::Table': [
    ['ImportSourceSpecification', /^(s3|logs):|:(Import|DescribeImport)/],
    ['KinesisStreamSpecification', /^kinesis:|KinesisStreamingDestination$/],
    ['ContributorInsightsSpecification', /:UpdateContributorInsights$/],
    ['Replicas', /Replica$|^iam:|:(BatchWriteItem|DeleteItem|GetItem|PutItem|Query|Scan|UpdateItem)$/],
    ['SSESpecification.KMSMasterKeyId', /^kms:/],
  ],
  'AWS::Events::Rule': [['RoleArn', /^iam:/]],
  'AWS::IAM::Role': [['ManagedPolicyArns', /:(Attach|Detach)RolePolicy$/]],
  'AWS::Lambda::EventSourceMapping': [['KmsKeyArn', /^kms:/]],
  'AWS::Lambda::Function': [
    ['VpcConfig', /^ec2:/],
    ['FileSystemConfigs', /^(elasticfilesystem|s3files):/],
    ['KmsKeyArn', /^kms:/],
    ['CapacityProviderConfig', /:PassCapacityProvider$/],
    ['CodeSigningConfigArn', /:GetCodeSigningConfig$/],
    ['Layers', /:GetLayerVersion$/],
  ],
  'AWS::Logs::LogGroup': [
    ['KmsKeyId', /KmsKey$/],
    ['DataProtectionPolicy', /^(firehose|s3):|:(Put|Delete)DataProtectionPolicy$|:CreateLogDelivery$/],
    ['FieldIndexPolicies', /:(Put|Delete)IndexPolicy$/],
    ['BearerTokenAuthenticationEnabled', /:PutBearerTokenAuthentication$/],
    ['DeletionProtectionEnabled', /:PutLogGroupDeletionProtection$/],
  ],
  'AWS::S3::Bucket': [
    ['ReplicationConfiguration', /^iam:/],
    ['MetadataTableConfiguration', /^s3tables:/],
  ],
  'AWS::SNS::Subscription': [['SubscriptionRoleArn', /^iam:/]],
  'AWS::SNS::Topic': [
    ['DeliveryStatusLogging', /^iam:/],
    ['DataProtectionPolicy', /:PutDataProtectionPolicy$/],
  ],
};

/** What the role must not do, though a handler would at some change of the template. */
const withheld: Record<string, readonly string[]> = {
  // Every role keeps its boundary.
  'AWS::IAM::Role': ['iam:DeleteRolePermissionsBoundary'],
  // The lock is there to outlast whoever can deploy.
  'AWS::Backup::BackupVault': ['backup:DeleteBackupVaultLockConfiguration'],
  // The schemas name these; IAM has no such actions. Tags of an API go by POST and DELETE on /tags.
  'AWS::ApiGatewayV2::Stage': ['apigateway:TagResource', 'apigateway:UntagResource'],
};

/** "Permissions required to configure an HTTP API for access logging" in the guide of API Gateway, read in November 2026. */
const accessLogs = [
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
];

export interface Call extends Request {
  /** The logical id of the resource for which CloudFormation calls. */
  id: string;
}

/** Everything that CloudFormation calls to create, read, change and delete the resources of a template. */
export const callsFor = (template: Template, deployment: Deployment): Call[] =>
  Object.entries(template.Resources).flatMap(([id, resource]) =>
    actionsFor(resource).flatMap(({ action, isCreation }) =>
      arnsOf(action, isCreation, { id, resource, template, deployment }).map((on) => ({ id, action, ...on })),
    ),
  );

function actionsFor(resource: Resource): { action: string; isCreation: boolean }[] {
  const { Type, Properties = {} } = resource;
  const handlers = facts[Type];
  if (!handlers) throw new Error(`tests/deploy/facts/cloudformation-handlers.json does not know ${Type}`);
  const besides = Type === 'AWS::ApiGatewayV2::Stage' && Properties.AccessLogSettings ? accessLogs : [];
  const creating = new Set(handlers.create);
  const later = new Set([...Object.values(handlers).flat(), ...besides]);
  const isNeeded = (action: string) =>
    !withheld[Type]?.includes(action) &&
    !(onlyFor[Type] ?? []).some(
      ([property, actions]) => actions.test(action) && !hasProperty(Properties, property),
    );
  return [
    ...[...creating].filter(isNeeded).map((action) => ({ action, isCreation: true })),
    ...[...later].filter(isNeeded).map((action) => ({ action, isCreation: false })),
  ];
}

function hasProperty(properties: Readonly<Record<string, unknown>>, path: string): boolean {
  const [name = '', ...rest] = path.split('.');
  const value = properties[name];
  if (value === undefined || JSON.stringify(value) === '{"Ref":"AWS::NoValue"}') return false;
  return rest.length === 0 || hasProperty(value as Record<string, unknown>, rest.join('.'));
}
