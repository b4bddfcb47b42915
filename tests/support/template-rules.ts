import type { Template } from '../../resources/local/stack/template.ts';
import { eventDefinitions, isEventType, messageAttributeNames } from '../../shared/domain/events.ts';

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
    ]);
  },

  /** Filters name event types that a schema has, and attributes that all these types set. */
  filters(template: Template): string[] {
    return subscriptions(template).flatMap(([id, { FilterPolicy = {} }]) => {
      const named = FilterPolicy.eventType ?? [];
      const unknown = named.filter((type) => typeof type !== 'string' || !isEventType(type));
      const types = named.filter((type) => typeof type === 'string').filter(isEventType);
      const from = FilterPolicy.aggregateType;
      const aggregates = Object.values(eventDefinitions).map(({ aggregateType }) => aggregateType as unknown);
      const relevant = types.length > 0 ? types : (Object.keys(eventDefinitions) as (typeof types)[number][]);
      const missing = Object.keys(FilterPolicy).flatMap((attribute) => {
        const without = relevant.filter((type) => !messageAttributeNames(type).includes(attribute));
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

  /** Every route but /health asks for a token. */
  authorizedRoutes(template: Template): string[] {
    return Object.values(template.Resources)
      .filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route')
      .map(({ Properties }) => Properties as { RouteKey: string; AuthorizationType?: string })
      .filter(({ RouteKey, AuthorizationType }) => RouteKey !== 'GET /health' && AuthorizationType !== 'JWT')
      .map(({ RouteKey }) => `${RouteKey} is open to everyone`);
  },
};

interface Redrive {
  deadLetterTargetArn: unknown;
  maxReceiveCount: unknown;
}

interface Subscription {
  Endpoint: unknown;
  RawMessageDelivery?: boolean;
  FilterPolicy?: Record<string, unknown[]>;
}

interface Mapping {
  EventSourceArn: unknown;
  FunctionName: unknown;
  FunctionResponseTypes?: string[];
}

const ofType = <Properties>(template: Template, type: string): [string, Properties][] =>
  Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties }]) => [id, Properties as Properties]);

const subscriptions = (template: Template) => ofType<Subscription>(template, 'AWS::SNS::Subscription');
const mappings = (template: Template) => ofType<Mapping>(template, 'AWS::Lambda::EventSourceMapping');

const consumedQueues = (template: Template): string[] =>
  mappings(template)
    .map(([, { EventSourceArn }]) => targetOf(EventSourceArn) ?? '')
    .filter((id) => template.Resources[id]?.Type === 'AWS::SQS::Queue');

/** The logical id that `{ Fn::GetAtt: [id, …] }` or `{ Ref: id }` names. */
function targetOf(value: unknown): string | undefined {
  const { 'Fn::GetAtt': getAtt, Ref } = (value ?? {}) as { 'Fn::GetAtt'?: string[]; Ref?: string };
  return getAtt?.[0] ?? Ref;
}
