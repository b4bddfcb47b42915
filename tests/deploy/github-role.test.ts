import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Template } from '#resources/local/stack/template.ts';
import { compiledTemplate, stageTemplate } from '#tests/support/compiled-template.ts';
import { deploymentStack } from '#tests/support/deployment-stack.ts';
import { type Call, callsFor } from '#tests/support/handler-calls.ts';
import { isAllowed, type Request } from '#tests/support/iam-simulator.ts';
import { arn } from '#tests/support/resource-arns.ts';

const stages = ['dev', 'staging', 'prod'] as const;
const service = 'orderstream';
const templates = {} as Record<(typeof stages)[number], Template>;
beforeAll(async () => {
  templates.dev = await compiledTemplate();
  for (const stage of ['staging', 'prod'] as const) templates[stage] = await stageTemplate(stage);
}, 60_000);

const known = new Map<string, Call[]>();

/** All calls for the stack of a stage. */
function callsOf(stage: (typeof stages)[number]): Call[] {
  const calls = known.get(stage) ?? callsFor(templates[stage], { service, stage });
  known.set(stage, calls);
  return calls;
}

const written = ({ id, action, resource }: Call) => `${id}: ${action} on ${resource}`;
const tags = (key: string, stage: string, of = service) => ({
  [`aws:${key}/service`]: of,
  [`aws:${key}/stage`]: stage,
});

describe.each(stages)('The role for GitHub of %s', (stage) => {
  const { role } = deploymentStack({ service, stage });
  const mayDo = (request: Request) => isAllowed(role, request);
  const ask = (action: string, resource: string, context: Request['context'] = {}) =>
    mayDo({ action, resource, context });

  test('may do what CloudFormation does to create, change and delete the stack', () => {
    const calls = callsOf(stage);
    expect(calls.length).toBeGreaterThan(1_000);
    expect([...new Set(calls.filter((call) => !mayDo(call)).map(written))]).toEqual([]);
  });

  test.each([
    ['TagsOfWhatIsNew', 'lambda:TagResource'],
    ['Mappings', 'lambda:CreateEventSourceMapping'],
    ['WithoutResources', 'sns:SetSubscriptionAttributes'],
    ['RolesForTheirServices', 'iam:PassRole'],
    ['NewPool', 'cognito-idp:CreateUserPool'],
  ])('would be found wanting without its statement %s', (sid, action) => {
    const less = role.filter(({ Sid }) => Sid !== sid);
    expect(less).toHaveLength(role.length - 1);
    const refused = callsOf(stage).filter((call) => !isAllowed(less, call));
    expect(refused.map((call) => call.action)).toContain(action);
  });

  test('may do what the framework and the smoke test do themselves', () => {
    const stack = arn('cloudformation', `stack/${service}-${stage}/0a1b`);
    const bucket = `arn:aws:s3:::${service}-${stage}-serverlessdeploymentbucket-1a2b3c`;
    const onStack = [
      'CreateStack',
      'CreateChangeSet',
      'ExecuteChangeSet',
      'DeleteChangeSet',
      'DescribeChangeSet',
    ];
    const more = ['DescribeStacks', 'DescribeStackEvents', 'DescribeStackResource', 'ListStackResources'];
    const last = [
      'GetTemplate',
      'UpdateStack',
      'SetStackPolicy',
      'UpdateTerminationProtection',
      'DeleteStack',
    ];
    for (const action of [...onStack, ...more, ...last]) {
      expect([action, ask(`cloudformation:${action}`, stack)]).toEqual([action, true]);
    }
    for (const action of ['GetObject', 'PutObject', 'DeleteObject', 'ListBucket']) {
      expect([action, ask(`s3:${action}`, `${bucket}/code.zip`)]).toEqual([action, true]);
    }
    expect(ask('cloudformation:ValidateTemplate', '*')).toBe(true);
    expect(ask('lambda:GetFunction', arn('lambda', `function:${service}-${stage}-sales`))).toBe(true);
    const pool = arn('cognito-idp', 'userpool/eu-west-1_a1');
    expect(ask('cognito-idp:DescribeUserPoolClient', pool, tags('ResourceTag', stage))).toBe(true);
  });

  test('reaches no other stage, but by actions for which IAM has no resource and no tag', () => {
    const others = stages.filter((other) => other !== stage);
    const reached = others
      .flatMap(callsOf)
      .filter(mayDo)
      // The role that AWS Backup makes for itself is one for the account.
      .filter(({ resource }) => resource !== '*' && !resource.includes(':role/aws-service-role/'));
    // Of an API and its stage the tags count. What is below them has none.
    expect([...new Set(reached.map(({ resource }) => resource))]).toEqual(
      expect.arrayContaining([expect.stringContaining(':apigateway:')]),
    );
    expect(reached.filter(({ action }) => !action.startsWith('apigateway:')).map(written)).toEqual([]);
    for (const other of others) {
      expect(
        ask('apigateway:DELETE', 'arn:aws:apigateway:eu-west-1::/apis/a1', tags('ResourceTag', other)),
      ).toBe(false);
    }
  });

  const boundaryOf = (of: string) => ({ 'iam:PermissionsBoundary': arn('iam', `policy/${of}-boundary`, '') });
  const ownRole = arn('iam', `role/${service}-${stage}-SalesRole-1A`, '');

  test.each<[string, string, string, Request['context']]>([
    ['creates a role without the boundary', 'iam:CreateRole', ownRole, {}],
    [
      'creates a role with the boundary of others',
      'iam:CreateRole',
      ownRole,
      boundaryOf('orderstream-other'),
    ],
    ['gives a role without the boundary a policy', 'iam:PutRolePolicy', ownRole, {}],
    ['takes the boundary of a role away', 'iam:DeleteRolePermissionsBoundary', ownRole, {}],
    ['attaches a policy', 'iam:AttachRolePolicy', ownRole, boundaryOf(`${service}-${stage}`)],
    [
      'changes the boundary',
      'iam:CreatePolicyVersion',
      arn('iam', `policy/${service}-${stage}-boundary`, ''),
      {},
    ],
    [
      'changes itself',
      'iam:PutRolePolicy',
      arn('iam', `role/${service}-${stage}-github`, ''),
      boundaryOf(`${service}-${stage}`),
    ],
    [
      'creates the role that may change events',
      'iam:CreateRole',
      arn('iam', `role/${service}-${stage}-break-glass`, ''),
      boundaryOf(`${service}-${stage}`),
    ],
    ['passes a role to a machine', 'iam:PassRole', ownRole, { 'iam:PassedToService': 'ec2.amazonaws.com' }],
    [
      'passes the role of others',
      'iam:PassRole',
      arn('iam', 'role/admin', ''),
      { 'iam:PassedToService': 'lambda.amazonaws.com' },
    ],
    ['creates a user', 'iam:CreateUser', arn('iam', `user/${service}-${stage}-x`, ''), {}],
    ['reads data', 'dynamodb:GetItem', arn('dynamodb', `table/${service}-${stage}-events`), {}],
    ['reads messages', 'sqs:ReceiveMessage', arn('sqs', `${service}-${stage}-sales`), {}],
    ['publishes', 'sns:Publish', arn('sns', `${service}-${stage}-events`), {}],
    [
      'invokes a function',
      'lambda:InvokeFunction',
      arn('lambda', `function:${service}-${stage}-redrive`),
      {},
    ],
    [
      'reads logs',
      'logs:GetLogEvents',
      arn('logs', `log-group:/aws/lambda/${service}-${stage}-sales:log-stream:x`),
      {},
    ],
    [
      'signs a user in',
      'cognito-idp:AdminInitiateAuth',
      arn('cognito-idp', 'userpool/a'),
      tags('ResourceTag', stage),
    ],
    ['changes the user pool of others', 'cognito-idp:UpdateUserPool', arn('cognito-idp', 'userpool/a'), {}],
    ['decrypts by itself', 'kms:Decrypt', arn('kms', 'key/a'), tags('ResourceTag', stage)],
    ['deletes the key of others', 'kms:ScheduleKeyDeletion', arn('kms', 'key/a'), {}],
    [
      'makes the key of others its own',
      'kms:TagResource',
      arn('kms', 'key/a'),
      { ...tags('RequestTag', stage), ...tags('ResourceTag', 'other') },
    ],
    ['tags keys by itself', 'kms:TagResource', arn('kms', 'key/a'), tags('RequestTag', stage)],
    [
      'deletes the key of another service',
      'kms:ScheduleKeyDeletion',
      arn('kms', 'key/a'),
      tags('ResourceTag', stage, 'billing'),
    ],
    [
      'unlocks the vault',
      'backup:DeleteBackupVaultLockConfiguration',
      arn('backup', `backup-vault:${service}-${stage}`),
      {},
    ],
    ['deletes a copy of the events', 'backup:DeleteRecoveryPoint', arn('backup', 'recovery-point:a'), {}],
    [
      'takes over what is there',
      'cloudformation:CreateChangeSet',
      arn('cloudformation', `stack/${service}-${stage}/a`),
      { 'cloudformation:ImportResourceTypes': ['AWS::KMS::Key'] },
    ],
    [
      'maps a queue to a function of others',
      'lambda:CreateEventSourceMapping',
      '*',
      { 'lambda:FunctionArn': arn('lambda', 'function:billing') },
    ],
    [
      'deploys another stack',
      'cloudformation:UpdateStack',
      arn('cloudformation', `stack/${service}-${stage}2/a`),
      {},
    ],
    [
      'writes to other logs',
      'logs:DeleteLogGroup',
      arn('logs', `log-group:/aws/lambda/${service}-${stage}2-sales`),
      {},
    ],
  ])('is no administrator: it never %s', (_, action, resource, context) => {
    expect(ask(action, resource, context)).toBe(false);
  });

  test('is within the size that IAM takes', () => {
    expect(JSON.stringify(role).length).toBeLessThan(10_240);
  });
});
