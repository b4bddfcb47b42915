import { describe, expect, test } from '@jest/globals';
import { graphOf } from '#resources/console/server/graph.ts';
import type { Template } from '#resources/local/stack/template.ts';

const lambda = (name: string, statements: object[]) => ({
  [`${name}Function`]: {
    Type: 'AWS::Lambda::Function',
    Properties: { FunctionName: `counters-dev-${name}`, Role: { 'Fn::GetAtt': [`${name}Role`, 'Arn'] } },
  },
  [`${name}Role`]: {
    Type: 'AWS::IAM::Role',
    Properties: { Policies: [{ PolicyDocument: { Statement: statements } }] },
  },
});
const may = (action: string, resource: string) => ({
  Action: [action],
  Resource: [{ 'Fn::GetAtt': [resource, 'Arn'] }],
});
const route = (key: string, name: string) => ({
  [`${name}Integration`]: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: { IntegrationUri: { 'Fn::GetAtt': [`${name}Function`, 'Arn'] } },
  },
  [`${name}Route`]: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      RouteKey: key,
      Target: { 'Fn::Join': ['/', ['integrations', { Ref: `${name}Integration` }]] },
    },
  },
});
const mapping = (source: object, name: string) => ({
  [`${name}Mapping`]: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { EventSourceArn: source, FunctionName: { 'Fn::GetAtt': [`${name}Function`, 'Arn'] } },
  },
});

const template: Template = {
  Resources: {
    Events: {
      Type: 'AWS::DynamoDB::Table',
      Properties: { TableName: 'counters-dev-events', StreamSpecification: { StreamViewType: 'NEW_IMAGE' } },
    },
    Views: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'counters-dev-views' } },
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'counters-dev-events' } },
    Alarms: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'counters-dev-alarms' } },
    TotalsQueue: {
      Type: 'AWS::SQS::Queue',
      Properties: { RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['TotalsDead', 'Arn'] } } },
    },
    TotalsDead: { Type: 'AWS::SQS::Queue' },
    TimersQueue: { Type: 'AWS::SQS::Queue' },
    TotalsSubscription: {
      Type: 'AWS::SNS::Subscription',
      Properties: {
        TopicArn: { Ref: 'Topic' },
        Endpoint: { 'Fn::GetAtt': ['TotalsQueue', 'Arn'] },
        FilterPolicy: { eventType: ['Counted'] },
      },
    },
    Tick: {
      Type: 'AWS::Events::Rule',
      Properties: {
        ScheduleExpression: 'rate(1 minute)',
        Targets: [{ Arn: { 'Fn::GetAtt': ['tickFunction', 'Arn'] } }],
      },
    },
    ...lambda('count', [may('dynamodb:PutItem', 'Events')]),
    ...route('POST /counters', 'count'),
    ...lambda('read', [may('dynamodb:GetItem', 'Views')]),
    ...route('GET /counters', 'read'),
    ...lambda('health', []),
    ...route('GET /health', 'health'),
    ...lambda('publish', [{ Action: 'sns:Publish', Resource: [{ Ref: 'Topic' }] }]),
    ...mapping({ 'Fn::GetAtt': ['Events', 'StreamArn'] }, 'publish'),
    ...lambda('totals', [may('dynamodb:PutItem', 'Views'), may('dynamodb:PutItem', 'Events')]),
    ...mapping({ 'Fn::GetAtt': ['TotalsQueue', 'Arn'] }, 'totals'),
    ...lambda('timers', [may('dynamodb:PutItem', 'Events')]),
    ...mapping({ 'Fn::GetAtt': ['TimersQueue', 'Arn'] }, 'timers'),
    ...lambda('tick', [may('sqs:SendMessage', 'TimersQueue')]),
  },
};
const { nodes, edges } = graphOf(template, { prefix: 'counters-dev-', projections: ['totals'] });
const edgesOf = (kind: string) =>
  edges.filter((edge) => edge.kind === kind).map(({ from, to }) => `${from} → ${to}`);

describe('the graph of a template', () => {
  test('has the functions that may append as commands, and those that read views as queries', () => {
    expect(nodes.find(({ kind }) => kind === 'commands')?.members).toEqual([
      { name: 'count', route: 'POST /counters' },
    ]);
    expect(nodes.find(({ kind }) => kind === 'queries')?.members).toEqual([
      { name: 'read', route: 'GET /counters' },
    ]);
  });

  test('leads from the table by the publisher and its topic to the consumers', () => {
    expect(edgesOf('writes')).toEqual(['commands → Events', 'totalsFunction → Views']);
    expect(edgesOf('stream')).toEqual(['Events → publishFunction']);
    expect(edgesOf('publishes')).toEqual(['publishFunction → Topic']);
    expect(edges.filter(({ kind }) => kind === 'delivers')).toEqual([
      { from: 'Topic', to: 'totalsFunction', kind: 'delivers', filter: { eventType: ['Counted'] } },
    ]);
    expect(nodes.some(({ id }) => id === 'Alarms')).toBe(false);
  });

  test('knows the queues of a consumer, and whether it can be rebuilt', () => {
    expect(nodes.find(({ label }) => label === 'totals')).toEqual({
      id: 'totalsFunction',
      kind: 'consumer',
      label: 'totals',
      queue: 'TotalsQueue',
      deadLetters: 'TotalsDead',
      isProjection: true,
    });
  });

  test('leads back from consumers that append', () => {
    expect(edgesOf('commands')).toEqual(['totalsFunction → Events', 'timersFunction → Events']);
  });

  test('shows the schedule that fills a queue which the topic does not', () => {
    expect(edgesOf('runs')).toEqual(['Tick → timersFunction']);
    expect(nodes.find(({ kind }) => kind === 'schedule')).toMatchObject({
      label: 'tick',
      description: 'rate(1 minute)',
    });
  });
});
