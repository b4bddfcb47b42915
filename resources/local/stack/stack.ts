import { type AwsApi, awsApi } from '#resources/local/emulators/aws-api.ts';
import { awsEnvironment } from '#resources/local/emulators/environment.ts';
import type { Endpoints } from '#resources/local/emulators/index.ts';
import { createResolver, type PhysicalResource, type Resolver } from './intrinsics.ts';
import { createQueue } from './queues.ts';
import { createTable, type TableProperties } from './tables.ts';
import { accountId, type Resource, type Template } from './template.ts';
import { createTopic, type SubscriptionProperties, subscribe } from './topics.ts';

export interface StackOptions {
  emulators: Endpoints;
  /** Comes before the name of every table, queue and topic, so that stacks do not meet on shared emulators. */
  prefix?: string;
  stackName?: string;
  /** Values of template parameters, over their defaults. */
  parameters?: Record<string, string>;
  /** Attributes over those of the template, for every queue: `{ VisibilityTimeout: 1 }` in a test of failures. */
  queueAttributes?: Record<string, unknown>;
}

/** A template's resources in the emulators, by their logical ids. */
export interface Stack {
  emulators: Endpoints;
  tables: Record<string, { name: string; arn: string; streamArn?: string }>;
  topics: Record<string, { name: string; arn: string }>;
  queues: Record<string, { name: string; arn: string; url: string }>;
  functions: Record<string, { name: string; arn: string }>;
  /** A function's resolved variables, and those with which an AWS SDK finds the emulators. */
  environmentOf(functionLogicalId: string): Record<string, string>;
  /** A value of the template with Ref, Fn::GetAtt and the like replaced by what they are locally. */
  resolve<T = unknown>(value: unknown): T;
}

const types = {
  table: 'AWS::DynamoDB::Table',
  topic: 'AWS::SNS::Topic',
  queue: 'AWS::SQS::Queue',
  subscription: 'AWS::SNS::Subscription',
  function: 'AWS::Lambda::Function',
};

const nameProperties: Record<string, string> = {
  [types.table]: 'TableName',
  [types.topic]: 'TopicName',
  [types.queue]: 'QueueName',
  [types.function]: 'FunctionName',
};

/**
 * Creates the template's tables, topics, queues and subscriptions in the emulators. What a kept data
 * directory has already is taken over with its contents, and brought to the template where it can be.
 */
export async function createStack(template: Template, options: StackOptions): Promise<Stack> {
  const { emulators, prefix = '', stackName = 'local' } = options;
  const { region } = emulators;
  const api = awsApi(emulators);
  const streamArns: Record<string, { arn: string; streamArn?: string }> = {};
  const renamed = new Map<string, string>();

  const resolver: Resolver = createResolver({
    template,
    region,
    stackName,
    ...(options.parameters ? { parameters: options.parameters } : {}),
    physical,
  });

  function nameOf(logicalId: string, resource: Resource): string {
    const property = nameProperties[resource.Type] ?? '';
    const given = resource.Properties?.[property];
    const name = given === undefined ? `${stackName}-${logicalId}` : resolver.resolve<string>(given);
    if (resource.Type === types.function) return name;
    renamed.set(name, `${prefix}${name}`);
    return `${prefix}${name}`;
  }

  function physical(logicalId: string): PhysicalResource {
    const resource = template.Resources[logicalId];
    if (!resource) throw new Error(`The template refers to ${logicalId}, which it does not have`);
    const name = nameProperties[resource.Type] ? nameOf(logicalId, resource) : logicalId;
    switch (resource.Type) {
      case types.table: {
        const { arn = `arn:aws:dynamodb:${region}:${accountId}:table/${name}`, streamArn } =
          streamArns[logicalId] ?? {};
        return { ref: name, attributes: { Arn: arn, ...(streamArn ? { StreamArn: streamArn } : {}) } };
      }
      case types.topic: {
        const arn = `arn:aws:sns:${region}:${accountId}:${name}`;
        return { ref: arn, attributes: { TopicArn: arn, TopicName: name } };
      }
      case types.queue: {
        const url = `${emulators.sqs}/${accountId}/${name}`;
        const arn = `arn:aws:sqs:${region}:${accountId}:${name}`;
        return { ref: url, attributes: { Arn: arn, QueueName: name, QueueUrl: url } };
      }
      case types.function:
        return { ref: name, attributes: { Arn: `arn:aws:lambda:${region}:${accountId}:function:${name}` } };
      default:
        return standIn(logicalId);
    }
  }

  const wanted = Object.entries(template.Resources).filter(([, resource]) =>
    resolver.holds(resource.Condition),
  );
  const ofType = (type: string) =>
    wanted
      .filter(([, resource]) => resource.Type === type)
      .map(([id, resource]) => ({ id, ...physical(id), properties: () => propertiesOf(resolver, resource) }));

  const tables = ofType(types.table);
  const topics = ofType(types.topic);
  const queues = ofType(types.queue);
  const functions = ofType(types.function);

  await Promise.all([
    ...tables.map(async ({ id, ref, properties }) => {
      streamArns[id] = await createTable(api, ref, properties() as unknown as TableProperties, region);
    }),
    createQueues(api, queues, options.queueAttributes ?? {}),
    ...topics.map(({ attributes, properties }) => createTopic(api, attributes.TopicName ?? '', properties())),
  ]);
  await Promise.all(subscriptions().map((properties) => subscribe(api, properties)));

  function subscriptions(): SubscriptionProperties[] {
    const separate = ofType(types.subscription).map(({ properties }) => properties());
    const inline = topics.flatMap(({ ref, properties }) =>
      ((properties().Subscription ?? []) as object[]).map((one) => ({ TopicArn: ref, ...one })),
    );
    return [...separate, ...inline] as unknown as SubscriptionProperties[];
  }

  return {
    emulators,
    tables: byId(tables, ({ id, ref, attributes }) => ({
      name: ref,
      arn: attributes.Arn ?? '',
      ...streamArns[id],
    })),
    topics: byId(topics, ({ ref, attributes }) => ({ name: attributes.TopicName ?? '', arn: ref })),
    queues: byId(queues, ({ ref, attributes }) => ({
      name: attributes.QueueName ?? '',
      arn: attributes.Arn ?? '',
      url: ref,
    })),
    functions: byId(functions, ({ ref, attributes }) => ({ name: ref, arn: attributes.Arn ?? '' })),
    environmentOf(functionLogicalId) {
      const resource = template.Resources[functionLogicalId];
      if (resource?.Type !== types.function) {
        throw new Error(`The template has no function ${functionLogicalId}`);
      }
      const environment = resource.Properties?.Environment as { Variables?: object } | undefined;
      const variables = resolver.resolve<Record<string, unknown>>(environment?.Variables ?? {});
      const own = Object.entries(variables).map(([name, value]) => [
        name,
        renamed.get(String(value)) ?? String(value),
      ]);
      return { ...Object.fromEntries(own), ...awsEnvironment(emulators) };
    },
    resolve: resolver.resolve,
  };
}

/** Dead letter queues first: a redrive policy may only name a queue that is there. */
async function createQueues(
  api: AwsApi,
  queues: { ref: string; attributes: Record<string, string>; properties: () => Record<string, unknown> }[],
  overrides: Record<string, unknown>,
): Promise<void> {
  const resolved = queues.map(({ ref, attributes, properties }) => ({
    url: ref,
    name: attributes.QueueName ?? '',
    properties: { ...properties(), ...overrides },
  }));
  const create = (redriving: boolean) =>
    Promise.all(
      resolved
        .filter(({ properties }) => (properties.RedrivePolicy !== undefined) === redriving)
        .map(({ name, url, properties }) => createQueue(api, name, url, properties)),
    );
  await create(false);
  await create(true);
}

function propertiesOf(resolver: Resolver, resource: Resource): Record<string, unknown> {
  return resolver.resolve(resource.Properties ?? {});
}

/** A resource that the local run does not have, such as a role or a log group: any attribute is its own name. */
function standIn(logicalId: string): PhysicalResource {
  const attributes = new Proxy({} as Record<string, string>, {
    get: (_, name) => `local-${logicalId}-${String(name)}`,
  });
  return { ref: `local-${logicalId}`, attributes };
}

function byId<T extends { id: string }, R>(items: T[], describe: (item: T) => R): Record<string, R> {
  return Object.fromEntries(items.map((item) => [item.id, describe(item)]));
}
