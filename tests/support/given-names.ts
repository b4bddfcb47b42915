import { createResolver } from '#resources/local/stack/intrinsics.ts';
import type { Template } from '#resources/local/stack/template.ts';

/** Where the names are made, for the sake of an example: a region with a long name. */
export const exampleRegion = 'ap-southeast-1';

/** Every name that the template gives by itself, as it would be in `exampleRegion`. Others CloudFormation makes up. */
export function givenNames(template: Template): { id: string; type: string; name: string }[] {
  const { resolve } = createResolver({
    template,
    region: exampleRegion,
    stackName: 'stack',
    physical: () => ({ ref: '', attributes: new Proxy({}, { get: () => '' }) }),
  });
  return Object.entries(template.Resources).flatMap(([id, { Type: type, Properties = {} }]) =>
    Object.entries(resolve<Record<string, unknown>>(Properties))
      .filter(([property]) => NAME_PROPERTIES.test(property) && !INNER.has(type))
      .map(([, value]) => ({ id, type, name: String(value) }))
      .filter(({ name }) => name !== ''),
  );
}

const NAME_PROPERTIES =
  /^(Name|AliasName|AlarmName|BackupVaultName|DashboardName|Domain|FunctionName|LogGroupName|ManagedPolicyName|QueueName|RoleName|TableName|TopicName|UserPoolName)$/;

/** Whose names need only be unique within a resource that carries service and stage. */
const INNER = new Set([
  'AWS::ApiGatewayV2::Authorizer',
  'AWS::Cognito::UserPoolResourceServer',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Permission',
]);
