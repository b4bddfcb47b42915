import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Template } from '#resources/local/stack/template.ts';
import { compiledTemplate } from '#tests/support/compiled-template.ts';
import { platformGuards } from '#tests/support/platform-guards.ts';
import { functionsOf } from '#tests/support/role-rights.ts';
import { root } from '#tests/support/scripts.ts';
import { ofType } from '#tests/support/template-rules.ts';

// stages.test.ts checks that every stage keeps these rules; this file checks that the rules detect what breaks them.

let template: Template;
beforeEach(async () => {
  template = await compiledTemplate();
});

// biome-ignore lint/suspicious/noExplicitAny: what a test breaks is as deep as CloudFormation has it.
const propertiesOf = (id: string): any => template.Resources[id]?.Properties;

test('Only those that send their next step to their own queue may send to themselves: rebuilds and the audit', () => {
  const allowed = functionsOf(template).filter(({ resource }) => resource.Properties?.RecursiveLoop);
  const projections = ['order-view', 'catalogue-view', 'stock-view', 'reviews'];
  expect(allowed.map(({ name }) => name)).toEqual([...projections, 'audit-steps']);
});

test('The page of limits says how many concurrent executions the consumers of dev ask for', async () => {
  const mappings = ofType<{ ScalingConfig?: { MaximumConcurrency: number } }>(
    template,
    'AWS::Lambda::EventSourceMapping',
  );
  const asked = mappings.map(([, { ScalingConfig }]) => ScalingConfig?.MaximumConcurrency ?? 0);
  const limits = await readFile(join(root, 'docs/limits.md'), 'utf8');
  const all = asked.reduce((sum, one) => sum + one, 0);
  expect(limits.replaceAll(/\s+/g, ' ')).toContain(`consumers of dev ask for ${all}.`);
  const fewest = 2 * asked.filter((one) => one > 0).length;
  expect(limits).toContain(`consumerConcurrency=2\`, which asks for ${fewest}.`);
});

describe('The rules detect', () => {
  const allow = (role: string, Action: string, Resource: unknown) =>
    propertiesOf(role).Policies[0].PolicyDocument.Statement.push({ Effect: 'Allow', Action, Resource });

  test('a function that Lambda would stop', () => {
    delete propertiesOf('OrderDashviewLambdaFunction').RecursiveLoop;
    expect(platformGuards.recursiveLoops(template)).toEqual([
      'order-view may send to itself, and has no RecursiveLoop: Allow',
    ]);
  });

  test('functions that send to each other', () => {
    allow('SalesRole', 'sqs:SendMessage', { 'Fn::GetAtt': ['CustomsQueue', 'Arn'] });
    expect(platformGuards.recursiveLoops(template)).toEqual([]);
    allow('CustomsRole', 'sqs:SendMessage', { 'Fn::GetAtt': ['SalesQueue', 'Arn'] });
    expect(platformGuards.recursiveLoops(template).map((violation) => violation.split(' ')[0])).toEqual([
      'sales',
      'customs',
    ]);
  });

  test('a function that publishes to the topic that invokes it', () => {
    allow('SalesRole', 'sns:Publish', { Ref: 'EventsTopic' });
    expect(platformGuards.recursiveLoops(template)).toEqual([
      'sales may send to itself, and has no RecursiveLoop: Allow',
    ]);
  });

  test('a function that is exempt from the detection for nothing', () => {
    propertiesOf('SalesLambdaFunction').RecursiveLoop = 'Allow';
    expect(platformGuards.recursiveLoops(template)).toEqual([
      'sales has RecursiveLoop: Allow, and never sends to itself',
    ]);
  });

  test('policies, variables and filters that AWS refuses', () => {
    const many = (count: number) =>
      Array.from({ length: count }, () => ({ 'Fn::GetAtt': ['SalesQueue', 'Arn'] }));
    allow('SalesRole', 'sqs:SendMessage', many(120));
    propertiesOf('EventsTopicPolicy').PolicyDocument.Statement[0].Condition = many(250);
    expect(platformGuards.policySizes(template)).toEqual([
      expect.stringContaining('the policies of EventsTopicPolicy have'),
      expect.stringContaining('the policies of SalesRole have'),
    ]);
    propertiesOf('SalesLambdaFunction').Environment.Variables.QUEUES = many(60);
    expect(platformGuards.environmentSizes(template)).toEqual([expect.stringContaining('sales')]);
    propertiesOf('SalesSubscription').FilterPolicy = {
      eventType: Array(31).fill('a'),
      total: Array(5).fill(1),
    };
    expect(platformGuards.filterPolicies(template)).toEqual([
      'the filter of SalesSubscription has 155 combinations',
    ]);
  });
});
