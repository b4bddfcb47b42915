import { describe, expect, test } from '@jest/globals';
import { type RoleRequest, roleOf } from '#resources/iam/role.ts';
import { InvalidConfiguration } from '#resources/variables.ts';
import { statementsOf } from '#tests/support/role-rights.ts';

const resources = {
  EventsTable: {
    Type: 'AWS::DynamoDB::Table',
    Properties: { GlobalSecondaryIndexes: [{ IndexName: 'by-type' }] },
  },
  EventsTopic: { Type: 'AWS::SNS::Topic' },
  SalesQueue: { Type: 'AWS::SQS::Queue' },
  SalesDeadLetters: { Type: 'AWS::SQS::Queue' },
  CustomsDeadLetters: { Type: 'AWS::SQS::Queue' },
  CustomsDeadLettersPolicy: { Type: 'AWS::SQS::QueuePolicy' },
};

const arn = (id: string, attribute = 'Arn') => ({ 'Fn::GetAtt': [id, attribute] });

/** The statements beside the one for the logs. */
function granted(request: Partial<RoleRequest>) {
  const role = roleOf({
    permissions: {},
    events: [],
    logGroup: 'LogGroup',
    traced: false,
    resources,
    emailFrom: 'orders@shop.example.com',
    ...request,
  });
  const [logs, ...others] = statementsOf(role).toReversed();
  return { logs, others: others.toReversed() };
}

const allow = (Action: string[], ...Resource: unknown[]) => ({ Effect: 'Allow', Action, Resource });

describe('A role', () => {
  test('without permissions may write its own logs', () => {
    expect(granted({})).toEqual({
      logs: allow(['logs:CreateLogStream', 'logs:PutLogEvents'], arn('LogGroup')),
      others: [],
    });
  });

  test('names the service after the resource, and an index apart from its table', () => {
    const permissions = {
      EventsTable: ['Query'],
      'EventsTable/by-type': ['GetItem'],
      EventsTopic: ['Publish'],
    };
    expect(granted({ permissions }).others).toEqual([
      allow(['dynamodb:Query'], arn('EventsTable')),
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation fills it in.
      allow(['dynamodb:GetItem'], { 'Fn::Sub': '${EventsTable.Arn}/index/by-type' }),
      allow(['sns:Publish'], { Ref: 'EventsTopic' }),
    ]);
  });

  test('takes a * as all resources whose ids end so, by name', () => {
    expect(granted({ permissions: { '*DeadLetters': ['ReceiveMessage'] } }).others).toEqual([
      allow(['sqs:ReceiveMessage'], arn('SalesDeadLetters'), arn('CustomsDeadLetters')),
    ]);
  });

  test('reads the event sources of its function, and reports failures where the mapping does', () => {
    const stream = {
      arn: arn('EventsTable', 'StreamArn'),
      destinations: { onFailure: { arn: arn('SalesQueue') } },
    };
    const { others } = granted({ events: [{ sqs: { arn: arn('SalesQueue') } }, { stream }] });
    expect(others).toEqual([
      allow(
        ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage', 'sqs:SendMessage'],
        arn('SalesQueue'),
      ),
      allow(
        [
          'dynamodb:DescribeStream',
          'dynamodb:GetRecords',
          'dynamodb:GetShardIterator',
          'dynamodb:ListStreams',
        ],
        arn('EventsTable', 'StreamArn'),
      ),
    ]);
  });

  test('sends mail as the address, or as its domain', () => {
    const [statement] = granted({ permissions: { EmailIdentity: ['SendEmail'] } }).others;
    expect(statement?.Action).toEqual(['ses:SendEmail']);
    expect(JSON.stringify(statement?.Resource)).toMatch(
      /identity\/orders@shop\.example\.com".*identity\/shop\.example\.com"/,
    );
  });

  test.each(['Orders', 'EventsTable/by-day', '*Letter', 'CustomsDeadLettersPolicy', 'SalesQueue/by-type'])(
    'on %s, which is not there to be called, is refused',
    (where) => {
      expect(() => granted({ permissions: { [where]: ['Query'] } })).toThrow(InvalidConfiguration);
      expect(() => granted({ permissions: { [where]: ['Query'] } })).toThrow(where);
    },
  );
});
