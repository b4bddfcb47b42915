// Where alarms go: a topic of the stage, which mails to `alarmEmail`; or `alarmTopicArn`, which is there already. Read by
// serverless.yml.

/** Whether the stage has alarms. What `--param` says comes as text. */
const hasAlarms = async (resolveVariable) => String(await resolveVariable('param:alarms')) === 'true';
module.exports.hasAlarms = hasAlarms;

/** What an alarm's actions name. */
module.exports.alarmTopicOf = async (resolveVariable) =>
  (await resolveVariable('param:alarmTopicArn')) || { Ref: 'AlarmsTopic' };

module.exports.resources = async ({ resolveVariable }) => {
  if (!(await hasAlarms(resolveVariable)) || (await resolveVariable('param:alarmTopicArn'))) {
    return { Resources: {} };
  }
  const name = `${await resolveVariable('self:service')}-${await resolveVariable('sls:stage')}-alarms`;
  const email = await resolveVariable('param:alarmEmail');
  const encryption = await resolveVariable('param:encryption');
  const key = await resolveVariable(`file(resources/encryption/${encryption}.yml):alarmTopicKey`);
  const topic = { Ref: 'AlarmsTopic' };
  return {
    Resources: {
      AlarmsTopic: {
        Type: 'AWS::SNS::Topic',
        Properties: { TopicName: name, DisplayName: name, KmsMasterKeyId: key },
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
      // Whoever has the address confirms it once, by the mail that AWS sends.
      ...(email && {
        AlarmsByEmail: {
          Type: 'AWS::SNS::Subscription',
          Properties: { TopicArn: topic, Protocol: 'email', Endpoint: email },
        },
      }),
    },
    Outputs: { AlarmsTopicArn: { Value: topic } },
  };
};
