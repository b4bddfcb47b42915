import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Template } from '#resources/local/stack/template.ts';
import { accessControlRules } from '#tests/support/access-control-rules.ts';
import { compiledTemplate } from '#tests/support/compiled-template.ts';

// stages.test.ts checks that every stage keeps these rules; this file checks that the rules detect what breaks them.
describe('The access control rules detect', () => {
  let template: Template;
  beforeEach(async () => {
    template = await compiledTemplate();
  });

  // biome-ignore lint/suspicious/noExplicitAny: what a test breaks is as deep as CloudFormation has it.
  const propertiesOf = (id: string): any => template.Resources[id]?.Properties;

  test('a queue without a policy', () => {
    delete template.Resources.SalesQueuePolicy;
    expect(accessControlRules.tlsOnly(template)).toEqual(['SalesQueue can be used without TLS']);
  });

  test('a topic that takes what comes without TLS', () => {
    propertiesOf('EventsTopicPolicy').PolicyDocument.Statement.pop();
    expect(accessControlRules.tlsOnly(template)).toEqual(['EventsTopic can be used without TLS']);
  });

  test('two policies of one queue', () => {
    template.Resources.Other = structuredClone(template.Resources.SalesQueuePolicy) as never;
    expect(() => accessControlRules.tlsOnly(template)).toThrow('SalesQueue has 2 policies');
  });

  test.each([
    ['the topics of others', { Condition: undefined }],
    ['everybody', { Principal: '*' }],
    ['another service', { Principal: { Service: 'events.amazonaws.com' } }],
  ])('a queue that admits %s', (_, change) => {
    Object.assign(propertiesOf('SalesQueuePolicy').PolicyDocument.Statement[0], change);
    expect(accessControlRules.admittedSenders(template)).toEqual([
      expect.stringMatching(/^SalesQueue admits /),
    ]);
  });

  test('a publisher whom the topic refuses', () => {
    propertiesOf('EventsTopicPolicy').PolicyDocument.Statement[0].Condition.ArnNotEquals[
      'aws:PrincipalArn'
    ].pop();
    expect(accessControlRules.publishers(template)).toEqual([
      'EventsTopic refuses RepublishRole, which publishes',
    ]);
  });

  test('a function that may publish without publishing anything', () => {
    propertiesOf('EventsTopicPolicy').PolicyDocument.Statement[0].Condition.ArnNotEquals[
      'aws:PrincipalArn'
    ].push({
      'Fn::GetAtt': ['HealthRole', 'Arn'],
    });
    expect(accessControlRules.publishers(template)).toEqual([
      'EventsTopic admits HealthRole, which does not publish',
    ]);
  });

  test('a topic that denies nobody', () => {
    propertiesOf('EventsTopicPolicy').PolicyDocument.Statement.shift();
    expect(accessControlRules.publishers(template)).toEqual(['EventsTopic lets anybody publish']);
  });

  test.each([
    ['SalesQueue', { SqsManagedSseEnabled: false }],
    ['EventsTopic', { KmsMasterKeyId: undefined }],
    ['EventsTable', { SSESpecification: undefined }],
  ])('%s with %j', (id, change) => {
    Object.assign(propertiesOf(id), change);
    expect(accessControlRules.encrypted(template)).toEqual([expect.stringContaining(`${id} has the`)]);
  });

  test.each([
    ['PAYMENT_API_KEY', 'x'],
    ['STRIPE', { Ref: 'StripeSecret' }],
    ['PARTNER', 'AKIAIOSFODNN7EXAMPLE'],
  ])('a secret in %s', (name, value) => {
    propertiesOf('HealthLambdaFunction').Environment.Variables[name] = value;
    expect(accessControlRules.secrets(template)).toEqual([`HealthLambdaFunction is told ${name}`]);
  });

  test.each([
    ['the code flow', { AllowedOAuthFlows: ['code'] }],
    ['no flow', {}],
    ['a flow for machines but no secret', { AllowedOAuthFlows: ['client_credentials'] }],
  ])('a client that has a scope of ours and %s', (_, change) => {
    Object.assign(propertiesOf('PeopleClient'), change, {
      AllowedOAuthScopes: ['openid', 'orderstream/orders:manage'],
    });
    expect(accessControlRules.clientScopes(template)).toEqual([
      'PeopleClient gives everybody orderstream/orders:manage',
    ]);
  });

  test.each(['identity.sourceIp', 'path', 'authorizer.claims.email'])('a log of $context.%s', (name) => {
    propertiesOf('HttpApiStage').AccessLogSettings.Format += ` $context.${name}`;
    expect(accessControlRules.accessLog(template)).toEqual([`HttpApiStage logs ${name}`]);
  });

  test('a table of events that may be changed', () => {
    propertiesOf('EventsTable').ResourcePolicy.PolicyDocument.Statement[0].Action.shift();
    expect(accessControlRules.appendOnly(template)).toEqual(['EventsTable allows dynamodb:UpdateItem']);
    delete propertiesOf('EventsTable').ResourcePolicy;
    expect(accessControlRules.appendOnly(template)).toHaveLength(6);
  });

  test('a function that is exempt from the denial to change events', () => {
    const [statement] = propertiesOf('EventsTable').ResourcePolicy.PolicyDocument.Statement;
    statement.Condition.ArnNotEquals['aws:PrincipalArn'] = { 'Fn::GetAtt': ['HealthRole', 'Arn'] };
    expect(accessControlRules.appendOnly(template)).toHaveLength(6);
  });

  test('a role that may delete events', () => {
    propertiesOf('HealthRole').Policies[0].PolicyDocument.Statement.push({
      Effect: 'Allow',
      Action: ['dynamodb:DeleteItem'],
      Resource: [{ 'Fn::GetAtt': ['EventsTable', 'Arn'] }],
    });
    expect(accessControlRules.appendOnly(template)).toEqual([
      'HealthRole may dynamodb:DeleteItem on EventsTable',
    ]);
  });

  test('an API without a log', () => {
    delete propertiesOf('HttpApiStage').AccessLogSettings;
    expect(accessControlRules.accessLog(template)).toEqual(['HttpApiStage logs no requests']);
  });
});
