import type { MappingProperties } from '#resources/local/event-source-mapping/mapping.ts';
import { attributeFilter, type Subscriber } from '#tests/properties/fakes/sns.ts';
import type { Deployment } from '#tests/properties/simulator/deployment.ts';

export interface Waiting {
  /** ms since 1970. */
  since: number;
  body: string;
  attributes: Record<string, { DataType: string; StringValue?: string }>;
}

/** A queue, how its consumer gets what is in it, and which events the topic sends there. */
export interface Route {
  consumer: string;
  queueUrl: string;
  queueArn: string;
  batchSize: number;
  /** ms for which a batch that is not full waits. */
  windowMs: number;
  takes: Subscriber['takes'];
  waiting: Waiting[];
}

/** Of every event source mapping that reads a queue. */
export function readRoutes(deployment: Deployment): Route[] {
  const mappings = deployment
    .ofType<MappingProperties>('AWS::Lambda::EventSourceMapping')
    .map(([, one]) => one);
  const policies = new Map(
    deployment
      .ofType<{ Endpoint: string; FilterPolicy: object }>('AWS::SNS::Subscription')
      .map(([, { Endpoint, FilterPolicy }]) => [Endpoint, FilterPolicy]),
  );
  return mappings
    .filter(({ EventSourceArn }) => !EventSourceArn.endsWith('/stream'))
    .map(({ EventSourceArn, FunctionName, BatchSize = 10, MaximumBatchingWindowInSeconds = 0 }) => {
      const policy = policies.get(EventSourceArn);
      const id = EventSourceArn.split(':').at(-1) ?? '';
      return {
        consumer: deployment.functionOf(FunctionName),
        queueArn: EventSourceArn,
        queueUrl: `https://queue/${id}`,
        batchSize: BatchSize,
        windowMs: MaximumBatchingWindowInSeconds * 1_000,
        takes: policy ? attributeFilter(policy) : () => false,
        waiting: [],
      };
    });
}
