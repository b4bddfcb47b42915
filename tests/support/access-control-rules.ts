import type { Template } from '#resources/local/stack/template.ts';
import { statementsOf } from './role-rights.ts';
import { ofType as resourcesOf, targetOf } from './template-rules.ts';

/**
 * Access control, as rules over the compiled template of any stage. Each returns its violations as
 * sentences; none = all is well.
 */
export const accessControlRules = {
  /** Nothing of AWS is called without TLS: each queue has one policy, and the topic one, that deny it. */
  tlsOnly(template: Template): string[] {
    return guarded(template).flatMap(({ id, action, statements }) =>
      statements.some(
        ({ Effect, Principal, Action, Condition }) =>
          Effect === 'Deny' &&
          Principal === '*' &&
          Action === action &&
          equal(Condition, { Bool: { 'aws:SecureTransport': 'false' } }),
      )
        ? []
        : [`${id} can be used without TLS`],
    );
  },

  /** From outside the account, or by another service, only our topic reaches a queue, and nobody the topic but alarms theirs. */
  admittedSenders(template: Template): string[] {
    return guarded(template).flatMap(({ id, statements }) =>
      statements
        .filter(({ Effect }) => Effect === 'Allow')
        .filter((statement) => !equal(statement, ourTopicMaySendTo(id)))
        .filter((statement) => id !== 'AlarmsTopic' || !equal(statement, alarmsMayPublish))
        .map((statement) => `${id} admits ${JSON.stringify(statement.Principal)}`),
    );
  },

  /** The topic refuses everybody, administrators too, but the functions whose roles may publish to it. */
  publishers(template: Template): string[] {
    const topic = guarded(template).find(({ id }) => id === 'EventsTopic');
    const denial = topic?.statements.find(({ Condition }) =>
      JSON.stringify(Condition).includes('ArnNotEquals'),
    );
    const { ArnNotEquals = {} } = (denial?.Condition ?? {}) as { ArnNotEquals?: Record<string, object[]> };
    const spared = (ArnNotEquals['aws:PrincipalArn'] ?? []).map(targetOf);
    const may = ofType(template, 'AWS::IAM::Role')
      .filter(([id]) =>
        statementsOf(template.Resources[id]).some(({ Action }) => Action.includes('sns:Publish')),
      )
      .map(([id]) => id);
    if (denial?.Effect !== 'Deny' || denial.Principal !== '*') return ['EventsTopic lets anybody publish'];
    return [
      ...may.filter((id) => !spared.includes(id)).map((id) => `EventsTopic refuses ${id}, which publishes`),
      ...spared
        .filter((id) => !may.includes(id ?? ''))
        .map((id) => `EventsTopic admits ${id}, which does not publish`),
    ];
  },

  /** No role may change or delete events, and the table denies it to everybody but the role for emergencies, which is none of ours. */
  appendOnly(template: Template): string[] {
    const { TableName, ResourcePolicy } = template.Resources.EventsTable?.Properties ?? {};
    const { Statement = [] } = ((ResourcePolicy ?? {}) as { PolicyDocument?: { Statement: Statement[] } })
      .PolicyDocument ?? { Statement: [] };
    const emergencies = String(TableName).replace(/-events$/, '-break-glass');
    const denied = Statement.flatMap((statement) =>
      statement.Effect === 'Deny' &&
      statement.Principal === '*' &&
      equal(statement.Resource, {
        'Fn::Sub': `arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/${TableName}`,
      }) &&
      equal(statement.Condition, {
        ArnNotEquals: {
          'aws:PrincipalArn': {
            'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/${emergencies}`,
          },
        },
      })
        ? [statement.Action].flat()
        : [],
    );
    const may = ofType(template, 'AWS::IAM::Role').flatMap(([id]) =>
      statementsOf(template.Resources[id])
        .filter(({ Resource }) => [Resource].flat().some((arn) => targetOf(arn) === 'EventsTable'))
        .flatMap(({ Action }) => [Action].flat())
        .filter((action) => ALTERING.includes(action))
        .map((action) => `${id} may ${action} on EventsTable`),
    );
    return [
      ...ALTERING.filter((action) => !denied.includes(action)).map(
        (action) => `EventsTable allows ${action}`,
      ),
      ...may,
    ];
  },

  /** Tables, topics and queues are encrypted at rest: with the key of the stage where it has one, else with AWS's. */
  encrypted(template: Template): string[] {
    const key = ofType(template, 'AWS::KMS::Key')[0]?.[0];
    const arn = key ? { 'Fn::GetAtt': [key, 'Arn'] } : undefined;
    const wanted: Record<string, object> = {
      'AWS::DynamoDB::Table': {
        SSESpecification: key
          ? { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: arn }
          : { SSEEnabled: false },
      },
      'AWS::SNS::Topic': { KmsMasterKeyId: key ? { Ref: key } : 'alias/aws/sns' },
      'AWS::SQS::Queue': { SqsManagedSseEnabled: !key, KmsMasterKeyId: arn ?? { Ref: 'AWS::NoValue' } },
    };
    // CloudWatch cannot publish under the key that AWS manages for SNS.
    const alarmsTopic = { KmsMasterKeyId: key ? { Ref: key } : { Ref: 'AWS::NoValue' } };
    return Object.entries(template.Resources).flatMap(([id, { Type, Properties = {} }]) =>
      Object.entries((id === 'AlarmsTopic' ? alarmsTopic : wanted[Type]) ?? {})
        .filter(([name, value]) => !equal(Properties[name], value))
        .map(([name]) => `${id} has the ${name} ${JSON.stringify(Properties[name])}`),
    );
  },

  /** Whoever can sign up could ask for a scope of ours at a client for people; machines have theirs behind a secret. */
  clientScopes(template: Template): string[] {
    return ofType(template, 'AWS::Cognito::UserPoolClient').flatMap(([id, client]) => {
      const scopes = [client.AllowedOAuthScopes].flat().filter((scope) => /\//.test(String(scope)));
      const forMachines =
        client.GenerateSecret === true &&
        equal(client.AllowedOAuthFlows, ['client_credentials']) &&
        equal(client.ExplicitAuthFlows, ['ALLOW_REFRESH_TOKEN_AUTH']);
      return forMachines ? [] : scopes.map((scope) => `${id} gives everybody ${scope}`);
    });
  },

  /** The gateway logs what happened, and nothing of whom: no address, no path with its ids, no claim. */
  accessLog(template: Template): string[] {
    return ofType(template, 'AWS::ApiGatewayV2::Stage').flatMap(([id, { AccessLogSettings }]) => {
      const { Format = '' } = (AccessLogSettings ?? {}) as { Format?: string };
      const logged = [...Format.matchAll(/\$context\.([\w.]+)/g)].map(([, name = '']) => name);
      if (!logged.includes('requestId')) return [`${id} logs no requests`];
      return logged.filter((name) => !IMPERSONAL.has(name)).map((name) => `${id} logs ${name}`);
    });
  },

  /** No variable of a function holds what must not be seen. */
  secrets(template: Template): string[] {
    return ofType(template, 'AWS::Lambda::Function').flatMap(([id, { Environment }]) => {
      const { Variables = {} } = (Environment ?? {}) as { Variables?: Record<string, unknown> };
      return Object.entries(Variables)
        .filter(([name, value]) => SECRET.test(name) || SECRET.test(JSON.stringify(value)))
        .map(([name]) => `${id} is told ${name}`);
    });
  },
};

const ALTERING = [
  'dynamodb:UpdateItem',
  'dynamodb:DeleteItem',
  'dynamodb:BatchWriteItem',
  'dynamodb:PartiQLInsert',
  'dynamodb:PartiQLUpdate',
  'dynamodb:PartiQLDelete',
];

const IMPERSONAL = new Set([
  'requestId',
  'requestTime',
  'routeKey',
  'status',
  'responseLatency',
  'integrationLatency',
  'responseLength',
  'error.responseType',
  'authorizer.error',
  'integrationErrorMessage',
]);

/** As a word of a name or of a value; AKIA and ASIA begin access key ids. */
const SECRET =
  /secret|passw|credential|private.?key|api.?key|access.?key|(^|_)token|\b(AKIA|ASIA)[A-Z0-9]{12}/i;

interface Statement {
  Effect: string;
  Principal: unknown;
  Action: unknown;
  Resource?: unknown;
  Condition?: unknown;
}

const ourTopicMaySendTo = (queue: string): Statement => ({
  Effect: 'Allow',
  Principal: { Service: 'sns.amazonaws.com' },
  Action: 'sqs:SendMessage',
  Resource: { 'Fn::GetAtt': [queue, 'Arn'] },
  Condition: { ArnEquals: { 'aws:SourceArn': { Ref: 'EventsTopic' } } },
});

const alarmsMayPublish: Statement = {
  Effect: 'Allow',
  Principal: { Service: 'cloudwatch.amazonaws.com' },
  Action: 'sns:Publish',
  Resource: { Ref: 'AlarmsTopic' },
  Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
};

/** Every queue and topic with the statements of its one policy. AWS keeps the last of several, in no certain order. */
function guarded(template: Template): { id: string; action: string; statements: Statement[] }[] {
  const kinds = [
    { type: 'AWS::SQS::Queue', policy: 'AWS::SQS::QueuePolicy', names: 'Queues', action: 'sqs:*' },
    { type: 'AWS::SNS::Topic', policy: 'AWS::SNS::TopicPolicy', names: 'Topics', action: 'sns:Publish' },
  ];
  return kinds.flatMap(({ type, policy, names, action }) =>
    ofType(template, type).map(([id]) => {
      const policies = ofType(template, policy)
        .map(([, properties]) => properties)
        .filter((properties) => (properties[names] as object[]).some((one) => equal(one, { Ref: id })));
      if (policies.length > 1) throw new Error(`${id} has ${policies.length} policies`);
      const { Statement = [] } = (policies[0]?.PolicyDocument ?? {}) as { Statement?: Statement[] };
      return { id, action, statements: Statement };
    }),
  );
}

const ofType = (template: Template, type: string) => resourcesOf<Record<string, unknown>>(template, type);

const equal = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);
