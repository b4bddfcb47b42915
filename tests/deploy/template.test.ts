import { describe, expect, test } from '@jest/globals';
import type { Template } from '#resources/local/stack/template.ts';
import { compiledTemplate } from '#tests/support/compiled-template.ts';
import { functionsOf, statementsOf } from '#tests/support/role-rights.ts';
import { ofType, openRoutes, routes, templateRules } from '#tests/support/template-rules.ts';

describe('The compiled template', () => {
  test.each(Object.entries(templateRules))('%s', async (_, rule) => {
    expect(rule(await compiledTemplate())).toEqual([]);
  });

  test('has a queue, dead letters, a subscription and a mapping for every consumer', async () => {
    const template = await compiledTemplate();
    const names = namesOf(template, 'AWS::SQS::Queue', 'QueueName');
    const consumers = functionsOf(template)
      .filter(({ resource }) =>
        /^functions\/(consumers|projections)\//.test(String(resource.Properties?.Handler)),
      )
      .map(({ name }) => name);
    expect(consumers.length).toBeGreaterThan(10);
    for (const consumer of consumers) {
      expect(names).toContain(`orderstream-dev-${consumer}`);
      expect(names).toContain(`orderstream-dev-${consumer}-dead-letters`);
    }
  });

  test('has one route for every command, query and document, and only those to be open are open', async () => {
    const template = await compiledTemplate();
    const all = routes(template);
    const reached = functionsOf(template).filter(({ id }) =>
      JSON.stringify(ofType(template, 'AWS::ApiGatewayV2::Integration')).includes(`"${id}"`),
    );
    const folders = functionsOf(template).filter(({ resource }) =>
      /^functions\/(commands|queries|docs)\//.test(String(resource.Properties?.Handler)),
    );
    expect(reached.map(({ name }) => name)).toEqual(folders.map(({ name }) => name));
    expect(new Set(all.map(([, { RouteKey }]) => RouteKey)).size).toBe(folders.length);
    const open = all.filter(([, { AuthorizationType }]) => AuthorizationType !== 'JWT');
    expect(open.map(([, { RouteKey }]) => RouteKey)).toEqual(openRoutes);
  });

  test('runs every function on Node 24 and arm64', async () => {
    const { Resources } = await compiledTemplate();
    const functions = Object.values(Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
    expect(functions.length).toBeGreaterThan(25);
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
    }
  });
});

describe('The rules know', () => {
  const broken: [string, keyof typeof templateRules, (template: Template) => void, RegExp][] = [
    [
      'two queues of one name',
      'duplicateNames',
      (template) => set(template, 'SalesQueue', 'QueueName', 'orderstream-dev-customs'),
      /SalesQueue.*are both called|CustomsQueue.*are both called/,
    ],
    [
      'a consumer without dead letters',
      'deadLetters',
      (template) => set(template, 'SalesQueue', 'RedrivePolicy', undefined),
      /SalesQueue has no dead letter queue/,
    ],
    [
      'a subscription without dead letters',
      'subscriptions',
      (template) => set(template, 'SalesSubscription', 'RedrivePolicy', undefined),
      /SalesSubscription has no dead letter queue/,
    ],
    [
      'a subscription whose dead letters go to no queue of the template',
      'subscriptions',
      (template) =>
        set(template, 'SalesSubscription', 'RedrivePolicy', { deadLetterTargetArn: 'arn:aws:sqs:x:1:gone' }),
      /SalesSubscription has no dead letter queue/,
    ],
    [
      'an event type in a filter that no schema has',
      'filters',
      (template) => set(template, 'SalesSubscription', 'FilterPolicy', { eventType: ['OrderCreate'] }),
      /"OrderCreate", which is no event type/,
    ],
    [
      'a filter on an attribute that no event sets',
      'filters',
      (template) =>
        set(template, 'SalesSubscription', 'FilterPolicy', {
          eventType: ['OrderShipped'],
          total: [{ numeric: ['>', 1] }],
        }),
      /filters on total, which OrderShipped does not set/,
    ],
    [
      'a route without a token',
      'authorizedRoutes',
      (template) => {
        const route = Object.values(template.Resources).find(
          ({ Type, Properties }) =>
            Type === 'AWS::ApiGatewayV2::Route' && Properties?.RouteKey === 'POST /orders',
        );
        if (route?.Properties) route.Properties.AuthorizationType = 'NONE';
      },
      /POST \/orders is open to everyone/,
    ],
    [
      'a function that events of others invoke',
      'authorizedRoutes',
      (template) => set(template, 'AuditEventsRuleSchedule1', 'EventPattern', { source: ['aws.s3'] }),
      /lets "events.amazonaws.com" invoke a function/,
    ],
    [
      'a role of two functions',
      'ownRoles',
      (template) => {
        delete template.Resources.HealthRole;
        set(template, 'HealthLambdaFunction', 'Role', { 'Fn::GetAtt': ['PlaceDashorderRole', 'Arn'] });
      },
      /health shares its role with place-order/,
    ],
    [
      'a role that nobody has',
      'ownRoles',
      (template) =>
        Object.assign(template.Resources, { IdleRole: structuredClone(template.Resources.HealthRole) }),
      /IdleRole is no function's role/,
    ],
    [
      'a right to whatever a service can do',
      'wildcards',
      (template) => allow(template, 'HealthRole', 'dynamodb:*', { 'Fn::GetAtt': ['EventsTable', 'Arn'] }),
      /HealthRole allows dynamodb:\*/,
    ],
    [
      'a right on whatever there is',
      'wildcards',
      (template) => allow(template, 'HealthRole', 'sqs:SendMessage', '*'),
      /HealthRole allows sqs:SendMessage on "\*"/,
    ],
    [
      'a mapping that fails its batch as a whole',
      'partialFailures',
      (template) => {
        const mapping = Object.values(template.Resources).find(
          ({ Type }) => Type === 'AWS::Lambda::EventSourceMapping',
        );
        if (mapping?.Properties) mapping.Properties.FunctionResponseTypes = [];
      },
      /does not report partial failures/,
    ],
  ];

  test.each(broken)('%s', async (_, rule, breakIt, message) => {
    const template = await compiledTemplate();
    breakIt(template);
    const violations = templateRules[rule](template);
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatch(message);
  });
});

function allow(template: Template, id: string, Action: string, Resource: unknown): void {
  const role = template.Resources[id];
  if (!role) throw new Error(`the template has no ${id}`);
  role.Properties = {
    ...role.Properties,
    Policies: [
      { PolicyDocument: { Statement: [...statementsOf(role), { Effect: 'Allow', Action, Resource }] } },
    ],
  };
}

function set(template: Template, id: string, property: string, value: unknown): void {
  const properties = template.Resources[id]?.Properties;
  if (!properties) throw new Error(`the template has no ${id}`);
  properties[property] = value;
}

const namesOf = (template: Template, type: string, property: string): string[] =>
  Object.values(template.Resources)
    .filter(({ Type }) => Type === type)
    .map(({ Properties }) => String(Properties?.[property]));
