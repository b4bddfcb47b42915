import { z } from 'zod';
import type { Resource } from '#resources/local/stack/template.ts';
import { type ResolveVariable, readVariables } from '#resources/variables.ts';
import type { StackParts } from './parts.ts';

/** The stage's parameters for alarms. Throws InvalidConfiguration. */
export const readAlarmSettings = (resolveVariable: ResolveVariable) =>
  readVariables(resolveVariable, {
    /** A value from the command line is text. */
    alarms: [
      'param:alarms',
      z.union([z.boolean(), z.stringbool({ truthy: ['true'], falsy: ['false'] })], 'must be true or false'),
    ],
    /** An existing topic, or ''. */
    alarmTopicArn: ['param:alarmTopicArn', z.string()],
    /** Where the stage's own topic sends mail, or ''. */
    alarmEmail: ['param:alarmEmail', z.string()],
    /** A key, or an intrinsic function that returns one. */
    alarmTopicKey: [`file(resources/stack/encryption/\${param:encryption}.yml):alarmTopicKey`, z.unknown()],
  });

export type AlarmSettings = Awaited<ReturnType<typeof readAlarmSettings>>;

const topic = { Ref: 'AlarmsTopic' };

/** The topic of all alarm actions: `alarmTopicArn`, or the stage's own. */
export const alarmTopicOf = ({ alarmTopicArn }: AlarmSettings): unknown => alarmTopicArn || topic;

/** The stage's own topic, which mails to `alarmEmail`. None for a stage without alarms or with `alarmTopicArn`. */
export function alarmTopicResources(
  { name }: Pick<StackParts, 'name'>,
  { alarms, alarmTopicArn, alarmEmail, alarmTopicKey }: AlarmSettings,
): { Resources: Record<string, Resource>; Outputs?: Record<string, unknown> } {
  if (!alarms || alarmTopicArn) return { Resources: {} };
  const topicName = `${name}-alarms`;
  return {
    Resources: {
      AlarmsTopic: {
        Type: 'AWS::SNS::Topic',
        Properties: { TopicName: topicName, DisplayName: topicName, KmsMasterKeyId: alarmTopicKey },
      },
      AlarmsTopicPolicy: {
        Type: 'AWS::SNS::TopicPolicy',
        Properties: {
          Topics: [topic],
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: { Service: 'cloudwatch.amazonaws.com' },
                Action: 'sns:Publish',
                Resource: topic,
                Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
              },
              {
                Effect: 'Deny',
                Principal: '*',
                Action: 'sns:Publish',
                Resource: topic,
                Condition: { Bool: { 'aws:SecureTransport': 'false' } },
              },
            ],
          },
        },
      },
      // The owner of the address must confirm it once, in the email that AWS sends.
      ...(alarmEmail && {
        AlarmsByEmail: {
          Type: 'AWS::SNS::Subscription',
          Properties: { TopicArn: topic, Protocol: 'email', Endpoint: alarmEmail },
        },
      }),
    },
    Outputs: { AlarmsTopicArn: { Value: topic } },
  };
}
