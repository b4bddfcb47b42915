import type { Template } from '#resources/local/stack/template.ts';

/** One topic, two consumers' queues with dead letter queues, one table with a stream: as `sls package` would write it. */
export function eventSourceTemplate(
  overrides: {
    stream?: Record<string, unknown>;
    queue?: Record<string, unknown>;
    mapping?: Record<string, unknown>;
    consumer?: Record<string, unknown>;
  } = {},
): Template {
  return {
    Parameters: { Currency: { Type: 'String', Default: 'USD' } },
    Conditions: { IsProduction: { 'Fn::Equals': [{ Ref: 'AWS::StackName' }, 'orders-prod'] } },
    Resources: {
      EventsTable: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'orders-local-events',
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [
            { AttributeName: 'streamId', AttributeType: 'S' },
            { AttributeName: 'version', AttributeType: 'N' },
          ],
          KeySchema: [
            { AttributeName: 'streamId', KeyType: 'HASH' },
            { AttributeName: 'version', KeyType: 'RANGE' },
          ],
          StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
          TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        },
      },
      EventsTopic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'orders-local-events' } },
      ReviewDeadLetters: { Type: 'AWS::SQS::Queue', Properties: { MessageRetentionPeriod: 1209600 } },
      ReviewQueue: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own syntax.
          QueueName: { 'Fn::Sub': '${AWS::StackName}-review' },
          VisibilityTimeout: 1,
          RedrivePolicy: {
            deadLetterTargetArn: { 'Fn::GetAtt': ['ReviewDeadLetters', 'Arn'] },
            maxReceiveCount: 2,
          },
          ...overrides.queue,
        },
      },
      ReviewSubscription: {
        Type: 'AWS::SNS::Subscription',
        Properties: {
          TopicArn: { Ref: 'EventsTopic' },
          Protocol: 'sqs',
          Endpoint: { 'Fn::GetAtt': ['ReviewQueue', 'Arn'] },
          RawMessageDelivery: true,
          FilterPolicy: { eventType: ['OrderCreated'], total: [{ numeric: ['>=', 1000] }] },
        },
      },
      ProductionOnlyQueue: { Type: 'AWS::SQS::Queue', Condition: 'IsProduction', Properties: {} },
      GivenUpQueue: { Type: 'AWS::SQS::Queue', Properties: {} },
      ReviewLambdaFunction: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: 'orders-local-review',
          Role: { 'Fn::GetAtt': ['ReviewRole', 'Arn'] },
          ...overrides.consumer,
          Environment: {
            Variables: {
              EVENTS_TABLE: { Ref: 'EventsTable' },
              EVENTS_TABLE_LITERAL: 'orders-local-events',
              TOPIC_ARN: { Ref: 'EventsTopic' },
              QUEUE_URL: { Ref: 'ReviewQueue' },
              DLQ_NAME: { 'Fn::GetAtt': ['ReviewDeadLetters', 'QueueName'] },
              CURRENCY: { Ref: 'Currency' },
              JOINED: { 'Fn::Join': ['/', ['a', { Ref: 'AWS::Region' }]] },
              PART: { 'Fn::Select': [1, { 'Fn::Split': ['-', 'x-y-z'] }] },
              ONLY_IN_PRODUCTION: { 'Fn::If': ['IsProduction', 'yes', { Ref: 'AWS::NoValue' }] },
            },
          },
        },
      },
      ReviewRole: { Type: 'AWS::IAM::Role', Properties: {} },
      PublishLambdaFunction: {
        Type: 'AWS::Lambda::Function',
        Properties: { FunctionName: 'orders-local-publish' },
      },
      ReviewMapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          EventSourceArn: { 'Fn::GetAtt': ['ReviewQueue', 'Arn'] },
          FunctionName: { 'Fn::GetAtt': ['ReviewLambdaFunction', 'Arn'] },
          BatchSize: 10,
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          ...overrides.mapping,
        },
      },
      PublishMapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          EventSourceArn: { 'Fn::GetAtt': ['EventsTable', 'StreamArn'] },
          FunctionName: { 'Fn::GetAtt': ['PublishLambdaFunction', 'Arn'] },
          StartingPosition: 'TRIM_HORIZON',
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['GivenUpQueue', 'Arn'] } } },
          ...overrides.stream,
        },
      },
    },
  };
}
