import { describe, expect, test } from '@jest/globals';
import type { Template } from '#resources/local/stack/template.ts';
import { compile, compiledTemplate, stageTemplate } from '#tests/support/compiled-template.ts';
import { deploymentStack } from '#tests/support/deployment-stack.ts';
import { isAllowed } from '#tests/support/iam-simulator.ts';
import { arn } from '#tests/support/resource-arns.ts';
import { statementsOf } from '#tests/support/role-rights.ts';
import { ofType, targetOf } from '#tests/support/template-rules.ts';

const service = 'orderstream';
const templateOf = (stage: string) => (stage === 'dev' ? compiledTemplate() : stageTemplate(stage));

describe.each(['dev', 'staging', 'prod'])('The permissions boundary of %s', (stage) => {
  const { boundary } = deploymentStack({ service, stage });

  test('cuts no role of the stack: all that their policies allow is within it', async () => {
    const template = await templateOf(stage);
    const cut = ofType(template, 'AWS::IAM::Role').flatMap(([id]) =>
      statementsOf(template.Resources[id]).flatMap(({ Action, Resource }) =>
        [Action].flat().flatMap((action) =>
          [Resource]
            .flat()
            .map((value) => resolveArn(template, value))
            .filter((resource) => !isAllowed(boundary, { action, resource, context: {} }))
            .map((resource) => `${id}: ${action} on ${resource}`),
        ),
      ),
    );
    expect(cut).toEqual([]);
    const context = { 'kms:ViaService': 'dynamodb.eu-west-1.amazonaws.com' };
    expect(isAllowed(boundary, { action: 'kms:Decrypt', resource: arn('kms', 'key/a'), context })).toBe(true);
    expect(isAllowed(boundary, { action: 'kms:Decrypt', resource: arn('kms', 'key/a'), context: {} })).toBe(
      false,
    );
    expect(
      isAllowed(boundary, {
        action: 'iam:CreateRole',
        resource: arn('iam', `role/${service}-${stage}-SalesRole-1A`, ''),
        context: {},
      }),
    ).toBe(false);
  }, 60_000);

  test('is within the size that IAM takes', () => {
    expect(JSON.stringify(boundary).length).toBeLessThan(6_144);
  });
});

test('A stack that GitHub deploys has the boundary of the stage on every role', async () => {
  const { template, remove } = await compile('prod', { PERMISSIONS_BOUNDARY: 'stage' });
  await remove();
  const boundaries = ofType<{ PermissionsBoundary?: object }>(template, 'AWS::IAM::Role').map(
    ([, { PermissionsBoundary }]) => resolveArn(template, PermissionsBoundary),
  );
  expect(boundaries.length).toBeGreaterThan(30);
  expect(new Set(boundaries)).toEqual(new Set([arn('iam', 'policy/orderstream-prod-boundary', '')]));
});

/** The ARN that CloudFormation fills in. */
function resolveArn(template: Template, value: unknown): string {
  if (typeof value === 'string') return value;
  const { 'Fn::Sub': text } = value as { 'Fn::Sub'?: string };
  if (text !== undefined) {
    return text
      .replace(/\$\{(\w+)\.Arn\}/, (_, id) => resolveArn(template, { 'Fn::GetAtt': [id, 'Arn'] }))
      .replace('$' + '{AWS::Partition}', 'aws')
      .replace('$' + '{AWS::Region}', 'eu-west-1')
      .replace('$' + '{AWS::AccountId}', '123456789012');
  }
  const { Type = '', Properties = {} } = template.Resources[targetOf(value) ?? ''] ?? {};
  const [, attribute] = (value as { 'Fn::GetAtt'?: string[] })['Fn::GetAtt'] ?? [];
  switch (Type) {
    case 'AWS::DynamoDB::Table':
      return `${arn('dynamodb', `table/${Properties.TableName}`)}${attribute === 'StreamArn' ? '/stream/2026' : ''}`;
    case 'AWS::SQS::Queue':
      return arn('sqs', String(Properties.QueueName));
    case 'AWS::SNS::Topic':
      return arn('sns', String(Properties.TopicName));
    case 'AWS::Logs::LogGroup':
      return `${arn('logs', `log-group:${Properties.LogGroupName}`)}:*`;
    case 'AWS::Backup::BackupVault':
      return arn('backup', `backup-vault:${Properties.BackupVaultName}`);
    default:
      throw new Error(`What is the ARN of ${JSON.stringify(value)}?`);
  }
}
