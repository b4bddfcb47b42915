import { eventDefinitions, registry } from '#domain/index.ts';
import type { Template } from '#resources/local/stack/template.ts';
import { functionsOf, roleIdOf, statementsOf } from './role-rights.ts';

/**
 * What must hold of the compiled template and is easily broken by hand. Each rule answers with its violations
 * as sentences; none = all is well.
 */
export const templateRules = {
  /** Two resources of one kind with one name: the second would fail the deployment, or silently win. */
  duplicateNames(template: Template): string[] {
    const nameOf: Record<string, string> = {
      'AWS::DynamoDB::Table': 'TableName',
      'AWS::SQS::Queue': 'QueueName',
      'AWS::SNS::Topic': 'TopicName',
      'AWS::Lambda::Function': 'FunctionName',
    };
    const seen = new Map<string, string>();
    return Object.entries(template.Resources).flatMap(([id, { Type, Properties }]) => {
      const name = Properties?.[nameOf[Type] ?? ''];
      if (typeof name !== 'string') return [];
      const key = `${Type} ${name}`;
      const other = seen.get(key);
      seen.set(key, id);
      return other ? [`${other} and ${id} are both called ${name}`] : [];
    });
  },

  /** Every queue that a function consumes has a dead letter queue of its own in the template. */
  deadLetters(template: Template): string[] {
    const owner = new Map<string, string>();
    return consumedQueues(template).flatMap((queue) => {
      const policy = template.Resources[queue]?.Properties?.RedrivePolicy as Redrive | undefined;
      const target = policy && targetOf(policy.deadLetterTargetArn);
      if (!target || !template.Resources[target]) return [`${queue} has no dead letter queue`];
      const other = owner.get(target);
      owner.set(target, queue);
      if (other) return [`${queue} shares its dead letter queue with ${other}`];
      if (Number(policy.maxReceiveCount) < 5)
        return [`${queue} gives up after ${policy.maxReceiveCount} receives`];
      return [];
    });
  },

  /** Every subscription delivers raw, to a queue that a function consumes. */
  subscriptions(template: Template): string[] {
    const consumed = consumedQueues(template);
    return subscriptions(template).flatMap(([id, properties]) => [
      ...(properties.RawMessageDelivery === true ? [] : [`${id} does not deliver raw`]),
      ...(consumed.includes(targetOf(properties.Endpoint) ?? '') ? [] : [`${id} ends where nobody consumes`]),
      ...(properties.FilterPolicy ? [] : [`${id} has no filter`]),
      // Otherwise SNS throws away what it cannot deliver, after a client error at once.
      ...(template.Resources[targetOf(properties.RedrivePolicy?.deadLetterTargetArn) ?? '']
        ? []
        : [`${id} has no dead letter queue`]),
    ]);
  },

  /** Filters name event types that a schema has, and attributes that all these types set. */
  filters(template: Template): string[] {
    return subscriptions(template).flatMap(([id, { FilterPolicy = {} }]) => {
      const named = FilterPolicy.eventType ?? [];
      const unknown = named.filter((type) => typeof type !== 'string' || !registry.isEventType(type));
      const types = named.filter((type) => typeof type === 'string').filter(registry.isEventType);
      const from = FilterPolicy.aggregateType;
      const aggregates = Object.values(eventDefinitions).map(({ aggregateType }) => aggregateType as unknown);
      const relevant = types.length > 0 ? types : (Object.keys(eventDefinitions) as (typeof types)[number][]);
      const missing = Object.keys(FilterPolicy).flatMap((attribute) => {
        const without = relevant.filter((type) => !registry.messageAttributeNames(type).includes(attribute));
        return without.map((type) => `${id} filters on ${attribute}, which ${type} does not set`);
      });
      return [
        ...unknown.map((type) => `${id} filters on ${JSON.stringify(type)}, which is no event type`),
        ...(from ?? [])
          .filter((aggregate) => !aggregates.includes(aggregate))
          .map((aggregate) => `${id} filters on ${JSON.stringify(aggregate)}, which is no aggregate type`),
        ...missing,
      ];
    });
  },

  /** A queue keeps a message hidden for at least six times its function's timeout (AWS Lambda developer guide). */
  visibilityTimeouts(template: Template): string[] {
    return mappings(template).flatMap(([id, { EventSourceArn, FunctionName }]) => {
      const queue = template.Resources[targetOf(EventSourceArn) ?? ''];
      if (queue?.Type !== 'AWS::SQS::Queue') return [];
      const visibility = Number(queue.Properties?.VisibilityTimeout);
      const timeout = Number(template.Resources[targetOf(FunctionName) ?? '']?.Properties?.Timeout);
      return visibility >= 6 * timeout
        ? []
        : [`${id}: visibility ${visibility} s, function timeout ${timeout} s`];
    });
  },

  /** Every mapping reports partial failures. */
  partialFailures(template: Template): string[] {
    return mappings(template)
      .filter(([, { FunctionResponseTypes }]) => !FunctionResponseTypes?.includes('ReportBatchItemFailures'))
      .map(([id]) => `${id} does not report partial failures`);
  },

  /** Every route but those of `openRoutes` asks the JWT authorizer, and nothing reaches a function past the routes. */
  authorizedRoutes(template: Template): string[] {
    const open = routes(template)
      .filter(([, { RouteKey }]) => !openRoutes.includes(RouteKey))
      .filter(([, { AuthorizationType, AuthorizerId }]) => {
        const authorizer = template.Resources[targetOf(AuthorizerId) ?? ''];
        return AuthorizationType !== 'JWT' || authorizer?.Properties?.AuthorizerType !== 'JWT';
      })
      .map(([, { RouteKey }]) => `${RouteKey} is open to everyone`);
    const urls = ofType(template, 'AWS::Lambda::Url').map(([id]) => `${id} is a way past the authorizer`);
    const invokers = ofType<Permission>(template, 'AWS::Lambda::Permission')
      .filter(([, permission]) => !isForRoutes(permission) && !isForSchedule(template, permission))
      .map(([id, { Principal }]) => `${id} lets ${JSON.stringify(Principal)} invoke a function`);
    return [...open, ...urls, ...invokers];
  },

  /** Every function has a role that is its own, that only Lambda may take, and every role is some function's. */
  ownRoles(template: Template): string[] {
    const owner = new Map<string, string>();
    const violations = functionsOf(template).flatMap(({ name, resource }) => {
      const id = roleIdOf(resource) ?? '';
      if (!functionRoles(template).includes(id))
        return [`${name} has no role of this stack that Lambda may take`];
      const other = owner.get(id);
      owner.set(id, name);
      return other ? [`${name} shares its role with ${other}`] : [];
    });
    const idle = functionRoles(template).filter((id) => !owner.has(id));
    return [...violations, ...idle.map((id) => `${id} is no function's role`)];
  },

  /** No function's role allows whatever there is: no `*` in an action, none in a resource but for X-Ray, which has no resources. */
  wildcards(template: Template): string[] {
    return functionRoles(template).flatMap((id) => {
      const role = template.Resources[id];
      const managed = (role?.Properties?.ManagedPolicyArns ?? []) as unknown[];
      const statements = statementsOf(role).flatMap(({ Action, Resource }) => {
        const actions = [Action].flat();
        const wide = actions.filter((action) => action.includes('*'));
        const everywhere =
          JSON.stringify(Resource).includes('*') && !actions.every((action) => action.startsWith('xray:'));
        return [
          ...wide.map((action) => `${id} allows ${action}`),
          ...(everywhere ? [`${id} allows ${actions.join(', ')} on ${JSON.stringify(Resource)}`] : []),
        ];
      });
      return [...managed.map((arn) => `${id} takes over ${JSON.stringify(arn)}`), ...statements];
    });
  },
};

/** What may be asked for without a token: that it is there, and what it is; the contract is public, and says nothing of anybody. */
export const openRoutes: readonly string[] = [
  'GET /health',
  'GET /openapi.json',
  'GET /asyncapi.json',
  'GET /docs',
];

interface Route {
  RouteKey: string;
  AuthorizationType?: string;
  AuthorizerId?: unknown;
}

interface Permission {
  Principal: unknown;
  SourceArn?: unknown;
}

const isForRoutes = ({ Principal, SourceArn }: Permission): boolean =>
  Principal === 'apigateway.amazonaws.com' && SourceArn !== undefined;

/** The stack's own rule, which says when, and not of which events of others. */
function isForSchedule(template: Template, { Principal, SourceArn }: Permission): boolean {
  const rule = template.Resources[targetOf(SourceArn) ?? ''];
  const { ScheduleExpression, EventPattern } = rule?.Properties ?? {};
  return (
    Principal === 'events.amazonaws.com' &&
    rule?.Type === 'AWS::Events::Rule' &&
    ScheduleExpression !== undefined &&
    EventPattern === undefined
  );
}

interface Redrive {
  deadLetterTargetArn: unknown;
  maxReceiveCount: unknown;
}

interface Subscription {
  Endpoint: unknown;
  RawMessageDelivery?: boolean;
  FilterPolicy?: Record<string, unknown[]>;
  RedrivePolicy?: Redrive;
}

interface Mapping {
  EventSourceArn: unknown;
  FunctionName: unknown;
  FunctionResponseTypes?: string[];
}

export const ofType = <Properties>(template: Template, type: string): [string, Properties][] =>
  Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties }]) => [id, Properties as Properties]);

/** The roles that Lambda may take, by their logical ids. */
const functionRoles = (template: Template): string[] =>
  ofType<{ AssumeRolePolicyDocument: object }>(template, 'AWS::IAM::Role')
    .filter(([, { AssumeRolePolicyDocument }]) =>
      JSON.stringify(AssumeRolePolicyDocument).includes('"Principal":{"Service":"lambda.amazonaws.com"}'),
    )
    .map(([id]) => id);

const subscriptions = (template: Template) => ofType<Subscription>(template, 'AWS::SNS::Subscription');
export const routes = (template: Template) => ofType<Route>(template, 'AWS::ApiGatewayV2::Route');
const mappings = (template: Template) => ofType<Mapping>(template, 'AWS::Lambda::EventSourceMapping');

const consumedQueues = (template: Template): string[] =>
  mappings(template)
    .map(([, { EventSourceArn }]) => targetOf(EventSourceArn) ?? '')
    .filter((id) => template.Resources[id]?.Type === 'AWS::SQS::Queue');

/** The logical id that `{ Fn::GetAtt: [id, …] }` or `{ Ref: id }` names. */
export function targetOf(value: unknown): string | undefined {
  const { 'Fn::GetAtt': getAtt, Ref } = (value ?? {}) as { 'Fn::GetAtt'?: string[]; Ref?: string };
  return getAtt?.[0] ?? Ref;
}
