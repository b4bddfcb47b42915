import { Queue } from '#tests/properties/fakes/queue.ts';
import type { Adversary } from './adversary.ts';
import type { Deployment, Mapping, QueueProperties } from './deployment.ts';
import type { Subscription } from './world.ts';

/** A consumer's queue and what feeds and empties it. */
export interface Route extends Omit<Subscription, 'filterPolicy'> {
  /** Absent where nothing but our functions send to it. */
  filterPolicy?: object;
  queue: Queue;
  deadLetters: Queue;
  batchSize: number;
  concurrency: number;
}

interface SubscriptionProperties {
  Endpoint: string;
  FilterPolicy: object;
}

/** By the subscriptions and mappings of the template; of the functions that the simulation runs. */
export function routesOf(deployment: Deployment, adversary: Adversary, now: () => number): Route[] {
  const queues = new Map(
    deployment.ofType<QueueProperties>('AWS::SQS::Queue').map(([id, properties]) => [id, properties]),
  );
  const mappings = deployment
    .ofType<Mapping>('AWS::Lambda::EventSourceMapping')
    .map(([, mapping]) => mapping);
  const subscriptions = deployment
    .ofType<SubscriptionProperties>('AWS::SNS::Subscription')
    .map(([, subscription]) => subscription);
  const others = mappings.filter(
    ({ EventSourceArn, FunctionName }) =>
      deployment.functions.has(deployment.functionOf(FunctionName)) &&
      queues.has(idOf(EventSourceArn)) &&
      !subscriptions.some(({ Endpoint }) => Endpoint === EventSourceArn),
  );
  return [
    ...subscriptions,
    ...others.map(({ EventSourceArn }) => ({ Endpoint: EventSourceArn, FilterPolicy: undefined })),
  ].map(({ Endpoint, FilterPolicy }) => {
    const id = idOf(Endpoint);
    const { VisibilityTimeout = 30, RedrivePolicy } = queues.get(id) ?? {};
    if (!RedrivePolicy) throw new Error(`${id} has no redrive policy`);
    const shape = (name: string) => ({
      name,
      url: `https://queue/${name}`,
      arn: Endpoint.replace(id, name),
      visibilityMs: VisibilityTimeout * 1000,
    });
    const deadId = idOf(RedrivePolicy.deadLetterTargetArn);
    const deadLetters = new Queue(shape(deadId), now, adversary.random(deadId));
    const maxReceiveCount = Number(RedrivePolicy.maxReceiveCount);
    const mapping = mappings.find(({ EventSourceArn }) => EventSourceArn === Endpoint);
    if (!mapping) throw new Error(`${id} has no mapping`);
    return {
      consumer: deployment.functionOf(mapping.FunctionName),
      ...(FilterPolicy && { filterPolicy: FilterPolicy }),
      maxReceiveCount,
      queue: new Queue({ ...shape(id), maxReceiveCount, deadLetters }, now, adversary.random(id)),
      deadLetters,
      batchSize: mapping.BatchSize ?? 10,
      concurrency: mapping.ScalingConfig?.MaximumConcurrency ?? 5,
    };
  });
}

const idOf = (arn: string): string => arn.split(':').at(-1) ?? '';

export const isSubscribed = (route: Route): route is Route & { filterPolicy: object } =>
  route.filterPolicy !== undefined;
